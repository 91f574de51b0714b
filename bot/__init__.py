"""How Jiedui runs: settings, the Telegram application, the order of updates, sending, the channels, the command line."""

import os

# Said before the libraries are imported, for that is when they look.
os.environ.setdefault("PTB_TIMEDELTA", "1")  # retry_after as a timedelta: the int is deprecated
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for plugins costs the start 15 ms, and there are none
