"""A process that has everything imported, and forks a `jiedui` for each request.

Most of the time that a start takes goes into imports; the tests start dozens of processes, and kill them. A request is JSON on
the socket that is standard input, with four descriptors: the three standard streams, and a pipe into which the child writes its
exit code. The answer is the child's process id.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from importlib import import_module
from typing import Any

ROOM = 1 << 16


def main() -> None:
    """Serve until the other end of the socket is closed."""
    for name in ("bot.answers", "bot.channels.chat", "bot.running", "bot.transport"):
        import_module(name)
    command = import_module("bot.cli").main
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for the children
    line = socket.socket(fileno=os.dup(0))
    while True:
        asked, handed, _, _ = socket.recv_fds(line, ROOM, 4)
        if not asked:
            return
        child = os.fork()
        if not child:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            line.close()
            _become(json.loads(asked), handed, command)
        for descriptor in handed:
            os.close(descriptor)
        line.sendall(f"{child}\n".encode())


def _become(asked: dict[str, Any], handed: list[int], command: Any) -> None:
    """In the child: be the `jiedui` that was asked for."""
    *streams, report = handed
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode) for number, mode in enumerate("rww"))
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    code: Any = 1
    try:
        command(asked["arguments"], prog_name="jiedui")
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(report, str(code).encode())
        os._exit(0)


if __name__ == "__main__":
    main()
