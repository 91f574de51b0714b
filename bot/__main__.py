"""Where the program starts: ``jiedui`` and ``python -m bot``."""

from __future__ import annotations

import gc

RARELY = (20_000, 20, 20)
"""When Python looks for objects that nobody holds any more: what is loaded stays, and to look through it takes time."""


def main() -> None:
    """Run the command line."""
    gc.set_threshold(*RARELY)
    from bot import cli  # late: most objects are made while modules are loaded

    cli.main()


if __name__ == "__main__":
    main()
