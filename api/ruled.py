"""No rule, no start: every route says who may call it (api.deps), and nothing is mounted that we do not know."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount

from api.deps import rule_of
from api.docs import FILES
from care.errors import SetupError

# Files of a package for anybody; the portal, which has a guard (ui.guard) and a table of pages of its own.
_MOUNTED = {FILES, "/ui"}


def check_rules(app: FastAPI) -> None:
    """Raises SetupError naming the first route whose rule is not known."""
    for context in iter_route_contexts(app.routes):
        route, path = context.original_route, str(context.path)
        if isinstance(route, Mount) and path in _MOUNTED:
            continue
        if not isinstance(route, APIRoute) or rule_of(route) is None:
            methods = " ".join(sorted(getattr(route, "methods", None) or ()))
            raise SetupError(f"{methods} {path} has no rule: name one of api.deps among its `dependencies`.".lstrip())
