"""How free text is read: one noun per module, none of them knows Telegram; :mod:`knowledge.understanding` joins them."""
