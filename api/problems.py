"""Errors as RFC 9457 problems: the one place that turns what was raised into what is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Route, compile_path

from api.tracing import request_id
from care.errors import CareError, Invalid, MissingScope, TooMany, Unauthenticated, Unavailable
from care.stores import StoreError, is_out_of_order

MEDIA_TYPE = "application/problem+json"
# What the framework words too tersely.
_SENTENCES = {
    400: "The body of the request cannot be read.",
    404: "There is nothing at this address.",
    405: "This address takes another method; see the header `Allow`.",
}
_MOST_NAMED = 20  # fields that are wrong
# For the OpenAPI document: which answers carry which headers.
_SECONDS = {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer", "minimum": 0}}
_MAYBE = {"schema": {"type": "string"}}
_TEXT = _MAYBE | {"required": True}
_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": _TEXT},
    405: {"Allow": _TEXT},
    429: {"Retry-After": _SECONDS, "RateLimit": _MAYBE, "RateLimit-Policy": _MAYBE},
    503: {"Retry-After": _SECONDS},
}
log = structlog.get_logger()


class FieldError(BaseModel):
    """`field` is the path of the bad value: "items.0.quantity"."""

    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457. `rule` names the rule of the policy that refused; `errors` names the fields that are wrong. In our
    logs, `request_id` leads to all of it."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    rule: str | None = None
    errors: list[FieldError] | None = None


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route or router: each of these statuses answers with a Problem."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        | ({"headers": _HEADERS[status]} if status in _HEADERS else {})
        for status in statuses
    }


# For routers whose routes ask who is there, look things up and take input.
ERRORS = problem_responses(400, 401, 403, 404, 405, 408, 409, 413, 414, 415, 422, 429, 431, 503)


def response_to(error: CareError) -> Response:
    """The answer that says what went wrong and what to do."""
    errors = [FieldError(field=field, message=message) for field, message in error.fields.items()]
    return _respond(
        Problem(
            type=f"urn:care:problem:{_kebab(type(error).__name__)}",
            title=error.title,
            status=error.status,
            detail=error.detail,
            rule=error.rule,
            errors=errors or None,
        ),
        _headers(error) | error.headers,
    )


def _headers(error: CareError) -> dict[str, str]:
    """RFC 6750 has the challenges."""
    match error:
        case Unauthenticated():
            return {"WWW-Authenticate": "Bearer"}
        case MissingScope():
            return {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{error.scope}"'}
        case TooMany():
            return {"Retry-After": str(error.seconds)}
        case Unavailable():
            return {"Retry-After": "1"}
    return {}


def plain_response(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """A problem that says no more than its HTTP status."""
    phrase = HTTPStatus(status).phrase
    return _respond(Problem(type="about:blank", title=phrase, status=status, detail=detail), headers)


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem, and name Problem in its OpenAPI document."""
    app.add_exception_handler(CareError, _care)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(StoreError, _database)


def _respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    told = problem.model_copy(update={"request_id": request_id() or None})
    return Response(
        told.model_dump_json(exclude_none=True), problem.status, headers=dict(headers or {}), media_type=MEDIA_TYPE
    )


async def _care(request: Request, error: Exception) -> Response:
    assert isinstance(error, CareError)  # noqa: S101  what it is registered for
    answer = response_to(error)
    if error.status == 401 and "authorization" in request.headers:
        answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return answer


async def _validation(_: Request, error: Exception) -> Response:
    """Names the fields and says what each needs; the values sent are not repeated."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    fields: dict[str, str] = {}
    for each in islice(error.errors(), _MOST_NAMED):
        fields.setdefault(_path(each, error.body), _encodable(each["msg"]).removeprefix("Value error, "))
    return response_to(Invalid("Some of the input cannot be used; see `errors`.", fields=fields))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    detail = _SENTENCES.get(error.status_code, error.detail)
    headers = {"Allow": _allowed(request)} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else error.headers
    return plain_response(error.status_code, detail, headers)


def _allowed(request: Request) -> str:
    """Every method that the address takes: the framework names those of the first route alone."""
    methods: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        route, path = context.original_route, context.path
        if isinstance(route, Route) and path and compile_path(path)[0].match(request.url.path):
            methods |= route.methods or set()
    return ", ".join(sorted(methods))


async def _database(request: Request, error: Exception) -> Response:
    assert isinstance(error, StoreError)  # noqa: S101
    if not is_out_of_order(error):
        raise error
    log.warning("database_lost", path=_route(request), error=type(error).__name__)
    return response_to(Unavailable("The database cannot be reached. Please try again in a moment."))


def _path(error: Mapping[str, Any], body: Any) -> str:
    """("body", "items", 0, "sku") as "items.0.sku"; the whole body is "body"."""
    where, *inner = error["loc"]
    if where == "body" and isinstance(body, dict | list):
        inner = list(_followed(inner, body, is_missing=error["type"] == "missing"))
    return _encodable(".".join(str(part) for part in inner) or where)


def _followed(location: Sequence[str | int], body: Any, *, is_missing: bool) -> Iterator[str | int]:
    """The parts that lead through what was sent: pydantic puts names of union members ("int", "Money") between them."""
    at: Any = body
    for n, part in enumerate(location):
        if part in at if isinstance(at, dict) else isinstance(at, list) and isinstance(part, int):
            at = at[part]
            yield part
        elif is_missing and n == len(location) - 1:
            yield part


def _encodable(text: str) -> str:
    """A lone surrogate, in the name of a field that somebody sent, cannot be written as UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _route(request: Request) -> str:
    """The route's pattern: ids stay out of logs."""
    return str(getattr(request.scope.get("route"), "path", "unmatched"))


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
