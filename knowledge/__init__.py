"""What Jiedui knows: the plan and the counties, how free text is read, how pairings are ranked, and the records.

Nothing here knows Telegram, and nothing here imports ``handlers`` or ``bot``.
"""
