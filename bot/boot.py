"""The run of this machine: another one after every start of it, and after a power cut."""

from __future__ import annotations

from pathlib import Path

LINUX = Path("/proc/sys/kernel/random/boot_id")


def number() -> str:
    """What names it, or nothing where that is not known."""
    try:
        return LINUX.read_text(encoding="ascii").strip()
    except OSError:
        return ""
