"""Where the program starts: ``jiedui`` and ``python -m bot``."""

from __future__ import annotations

from bot import heap


def main() -> None:
    """Run the command line."""
    heap.put_off()
    from bot import cli  # late: most objects are made while modules are loaded

    cli.main()


if __name__ == "__main__":
    main()
