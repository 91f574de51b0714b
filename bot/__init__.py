"""How Jiedui runs: settings, the Telegram application, the order of updates, sending, the channels, the command line."""

import os
import sys

# Said before the libraries are imported, for that is when they look.
os.environ.setdefault("PTB_TIMEDELTA", "1")  # retry_after as a timedelta: the int is deprecated
# Nor is PTB's own server of webhooks imported (ours is bot.webhook): with tornado it takes a twelfth of the start.
sys.modules["telegram.ext._utils.webhookhandler"] = None  # type: ignore[assignment]
