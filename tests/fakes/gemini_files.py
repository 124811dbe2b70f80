"""Gemini's files API: resumable uploads, processing, deletion; on the same server as the answers."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from tests.fakes.gemini_server import failing
from tests.fakes.wire import Answer, FakeServer


@dataclass
class Upload:
    """A file as it is kept. `waits` is how often its state is still "PROCESSING" when it is asked for."""

    name: str
    mime_type: str
    size: int
    waits: int = 0
    ends: str = "ACTIVE"
    data: bytearray = field(default_factory=bytearray)
    chunks: int = 0
    whole: bool = False

    def state(self) -> str:
        return "PROCESSING" if self.waits > 0 else self.ends

    def about(self, url: str) -> dict[str, Any]:
        return {
            "name": self.name,
            "mimeType": self.mime_type,
            "sizeBytes": str(self.size),
            "createTime": "2026-11-20T12:00:00.000000Z",
            "updateTime": "2026-11-20T12:00:00.000000Z",
            "expirationTime": "2026-11-22T12:00:00.000000Z",
            "sha256Hash": base64.b64encode(hashlib.sha256(self.data).hexdigest().encode()).decode(),
            "uri": f"{url}/v1beta/{self.name}",
            "state": self.state(),
            "source": "UPLOADED",
        }


class GeminiServer(FakeServer):
    """`files` holds what is kept now, `deleted` the names of what was deleted. `waits` and `ends` are for new files.

    `refuses` maps a step ("start", "chunk", "get", "delete") to the answer given instead of doing it.
    """

    def __init__(self, usual: Answer) -> None:
        super().__init__(usual)
        self.files: dict[str, Upload] = {}
        self.deleted: list[str] = []
        self.waits = 0
        self.ends = "ACTIVE"
        self.refuses: dict[str, Answer] = {}
        self.uploads: list[Upload] = []
        self._numbers = itertools.count(1)

    def extend(self, app: FastAPI) -> None:
        app.add_api_route("/upload/{version}/files", self.start, methods=["POST"])
        app.add_api_route("/resumable/{number}", self.chunk, methods=["POST", "PUT"])
        app.add_api_route("/{version}/files/{name}", self.get, methods=["GET"])
        app.add_api_route("/{version}/files/{name}", self.delete, methods=["DELETE"])

    async def start(self, request: Request) -> Response:
        if refusal := await self._refusal("start"):
            return refusal
        headers = request.headers
        if (headers["x-goog-upload-protocol"], headers["x-goog-upload-command"]) != ("resumable", "start"):
            return failed(400, "INVALID_ARGUMENT")
        about = json.loads(await request.body()).get("file", {})
        number = next(self._numbers)
        name = about.get("name") or f"files/made{number}"
        if name in self.files:
            return failed(409, "ALREADY_EXISTS")
        size, kind = int(headers["x-goog-upload-header-content-length"]), headers["x-goog-upload-header-content-type"]
        self.uploads.append(Upload(name, kind, size, self.waits, self.ends))
        url = f"{self.url}/resumable/{len(self.uploads) - 1}"
        return Response(headers={"x-goog-upload-url": url, "x-goog-upload-status": "active"})

    async def chunk(self, number: int, request: Request) -> Response:
        if refusal := await self._refusal("chunk"):
            return refusal
        upload, data = self.uploads[number], await request.body()
        if int(request.headers["x-goog-upload-offset"]) != len(upload.data):
            return failed(400, "INVALID_ARGUMENT")
        upload.data += data
        upload.chunks += 1
        if "finalize" not in request.headers["x-goog-upload-command"]:
            return Response(headers={"x-goog-upload-status": "active"})
        if len(upload.data) != upload.size:
            return failed(400, "INVALID_ARGUMENT")
        self.files[upload.name] = upload
        return JSONResponse({"file": upload.about(self.url)}, headers={"x-goog-upload-status": "final"})

    async def get(self, name: str) -> Response:
        if refusal := await self._refusal("get"):
            return refusal
        upload = self.files.get(f"files/{name}")
        if upload is None:
            return failed(403, "PERMISSION_DENIED")  # what Google says of a file that is not there
        upload.waits -= 1
        return JSONResponse(upload.about(self.url))

    async def delete(self, name: str) -> Response:
        if refusal := await self._refusal("delete"):
            return refusal
        if self.files.pop(f"files/{name}", None) is None:
            return failed(403, "PERMISSION_DENIED")
        self.deleted.append(f"files/{name}")
        return JSONResponse({})

    async def answer(self, request: Request) -> Response:
        """Refuses a request that names a file which is not there, or not ready."""
        named = {
            part["fileData"]["file_uri"]
            for content in json.loads(await request.body()).get("contents", [])
            for part in content["parts"]
            if "fileData" in part
        }
        ready = {upload.about(self.url)["uri"] for upload in self.files.values() if upload.state() == "ACTIVE"}
        return await super().answer(request) if named <= ready else failed(400, "FAILED_PRECONDITION")

    async def _refusal(self, step: str) -> Response | None:
        answer = self.refuses.get(step)
        if answer is None:
            return None
        await asyncio.sleep(answer.delay)
        return answer.response()


def over(status: int, name: str) -> Answer:
    """An error that says as well that the upload is over."""
    return failing(status, name, headers={"x-goog-upload-status": "final"})


def failed(status: int, name: str) -> Response:
    return over(status, name).response()
