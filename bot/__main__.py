"""``python -m bot``: the command line without the console script."""

from bot.cli import main

main()
