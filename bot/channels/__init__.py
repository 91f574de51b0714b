"""The channels: Telegram in production; the terminal, without a token or a network, for trying it out and for the tests."""
