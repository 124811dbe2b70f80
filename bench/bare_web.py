"""A web process of FastAPI and NiceGUI, whose one page says nothing: `python -m bench.bare_web PORT`."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI
from nicegui import ui


@ui.page("/")
def page() -> None:
    ui.label("nothing")


if __name__ == "__main__":
    api = FastAPI()
    ui.run_with(api, mount_path="/ui", storage_secret="nobody's")
    uvicorn.run(api, port=int(sys.argv[1]))
