"""The OpenAPI page, from files in a package: it works where there is no way to a CDN."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from api.deps import PUBLIC

FILES = "/docs/files"
_DOCUMENT = "/openapi.json"
# The page starts itself with an inline script; nothing comes from elsewhere.
_CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'"
)


def install(app: FastAPI) -> None:
    router = APIRouter(include_in_schema=False)

    @router.get(_DOCUMENT, dependencies=[PUBLIC])
    async def document() -> dict[str, Any]:
        return app.openapi()

    @router.get("/docs", dependencies=[PUBLIC])
    async def docs() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url=_DOCUMENT,
            title=app.title,
            swagger_js_url=f"{FILES}/swagger-ui-bundle.js",
            swagger_css_url=f"{FILES}/swagger-ui.css",
            swagger_favicon_url=f"{FILES}/favicon.png",
        )
        page.headers["Content-Security-Policy"] = _CSP
        return page

    app.include_router(router)
    app.mount(FILES, StaticFiles(directory=str(files("fastapi_offline") / "static")), name="docs-files")
