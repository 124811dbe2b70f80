"""`care token`: what the shop's own systems sign in with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from care.cli_tools import Join, settings_for

if TYPE_CHECKING:
    from pathlib import Path

    from care.models.token import ServiceToken
    from care.stores import Stores

T = TypeVar("T")
token = typer.Typer(help="Tokens with which the shop's own systems call the API.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Small letters, digits and dashes: warehouse, web-shop-2.")]


@token.command("add")
def add(
    name: Name,
    scope: Annotated[list[str], typer.Option(help="What it may do; repeat it. docs/operations.md lists them.")],
    days: Annotated[int, typer.Option(help="How long it is good for.")] = 365,
    data_dir: Join = None,
) -> None:
    """Make a token and print it. It is shown this once."""
    from pydantic import ValidationError

    from care.errors import SetupError
    from care.models.audit import COMMAND_LINE
    from care.models.token import SCOPES, TokenWish
    from care.tokens import make_token

    try:
        wish = TokenWish.model_validate({"name": name, "scopes": scope, "days": days})
    except ValidationError as error:
        wrong = error.errors()[0]
        choose = f" The scopes are {', '.join(SCOPES)}." if wrong["loc"][0] == "scopes" else ""
        raise SetupError(f"{wrong['loc'][0]} is not right: {wrong['msg']}.{choose}") from None
    typer.echo(_with_stores(data_dir, lambda stores: make_token(stores, wish, by=COMMAND_LINE)).token)


@token.command("list")
def show(data_dir: Join = None) -> None:
    """Every token: what it may do, until when, and the last day it was used."""
    for each in _with_stores(data_dir, _all):
        typer.echo(f"{each.name}  {' '.join(each.scopes)}  {_state(each)}")


@token.command("revoke")
def revoke(name: Name, data_dir: Join = None) -> None:
    """It opens nothing from now on."""
    from care.models.audit import COMMAND_LINE

    _with_stores(data_dir, lambda stores: stores.tokens.revoke(name, by=COMMAND_LINE))
    typer.echo(f"{name} opens nothing any more.")


def _state(shown: ServiceToken) -> str:
    used = f"last used {shown.used_at:%Y-%m-%d}" if shown.used_at else "never used"
    until = f"revoked {shown.revoked_at:%Y-%m-%d}" if shown.revoked_at else f"until {shown.expires_at:%Y-%m-%d}"
    return f"{until}  {used}"


async def _all(stores: Stores) -> list[ServiceToken]:
    page = await stores.tokens.page(limit=200)
    found = page.items
    while page.next:
        page = await stores.tokens.page(limit=200, cursor=page.next)
        found += page.items
    return found


def _with_stores(data_dir: Path | None, act: Callable[[Stores], Awaitable[T]]) -> T:
    """Raises what `act` raises, and SetupError if the database cannot be reached."""
    from care.opening import stores_of

    settings = settings_for(data_dir)

    async def run() -> T:
        async with stores_of(settings) as stores:
            return await act(stores)

    return asyncio.run(run())
