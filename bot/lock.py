"""One running process for each database: a lock that the kernel frees when the process ends, however it ends."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from typing import IO


class AlreadyRunning(Exception):
    """Another process has this database open."""


def hold(database: Path) -> IO[str]:
    """Take the lock of ``database``; it holds as long as the returned file is open. Raises AlreadyRunning."""
    if not database.name:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(database))
    file = database.with_name(database.name + ".lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise AlreadyRunning(str(database)) from None
    return file
