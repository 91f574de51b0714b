"""The channels: Telegram in production; the terminal, which needs no token and no network, for trying it out and for the tests."""
