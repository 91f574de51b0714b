"""The phrases that teach the classifier, and the commands that make the two packaged tables from them."""
