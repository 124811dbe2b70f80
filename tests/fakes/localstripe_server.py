"""Runs localstripe, in memory only: `python -m tests.fakes.localstripe_server PORT`.

Its own command keeps a file that all of them would share, and needs a machine with IPv6.
"""

from __future__ import annotations

import sys

from aiohttp import web
from localstripe import server


def main(port: int) -> None:
    type(server.store).dump_to_disk = lambda _: None
    web.run_app(server.app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
