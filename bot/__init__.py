"""How Jiedui runs: settings, the Telegram application, the order of updates, sending, the channels, the command line."""
