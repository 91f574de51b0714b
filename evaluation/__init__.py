"""The labelled sets and the script that scores reading on them."""
