"""`python tether.py PARENT_PID COMMAND...`: becomes COMMAND, which ends when the parent does, even by SIGKILL.

Run as a file, not imported: it is a step between fork and exec, so it costs nothing once the command runs.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the kernel knew what to do then
            return
    os.execvp(command[0], command)  # noqa: S606  there is no shell to quote for


if __name__ == "__main__":
    main()
