"""`embudo token`: who may query `embudo serve`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import console, options
from orchestration.core.errors import EmbudoError

if TYPE_CHECKING:
    from serving.tokens import Token, TokenStore

PANEL = options.Panel.ENGINEERS
LINK_DAYS = 90
"""How long a link is valid where nothing else is asked for: an address is passed on more easily than a token."""


class Action(StrEnum):
    """What to do."""

    create = "create"
    list = "list"
    revoke = "revoke"


class TokenRole(StrEnum):
    """Whom a token is for."""

    service = "service"
    director = "director"
    manager = "manager"
    rep = "rep"


def token(
    action: Annotated[Action, typer.Argument(help="create, list or revoke.")],
    name: Annotated[str, typer.Argument(help="The token's name, e.g. superset.")] = "",
    role: Annotated[
        TokenRole,
        typer.Option(
            "--role",
            help="service (a program) and director see all rows, manager those of a team, rep the rep's own.",
        ),
    ] = TokenRole.service,
    scope: Annotated[
        str, typer.Option("--scope", help="The team of a manager, or the rep__key of a rep.")
    ] = "",
    days: Annotated[
        int | None, typer.Option("--days", min=1, help="Valid for so many days. Default: no end.")
    ] = None,
    link: Annotated[
        str,
        typer.Option("--link", help="Make a link that answers this query only, without a header."),
    ] = "",
    _config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """Make, list and revoke the tokens of `embudo serve`.

    A new token is printed once, alone on standard output; only a digest of it is kept. Revoking acts at once.

    `embudo token create superset`

    `embudo token create ana --role manager --scope "Campo Norte"`

    `embudo token list`

    `embudo token revoke superset`

    A link is for tools that can send no header, such as Google Sheets: an address that answers one query, for 90 days
    or `--days`:

    `embudo token create sheet --link "metrics=revenue&group_by=rep__team&grain=month"`
    """
    from orchestration.settings import Home
    from serving.tokens import TokenStore

    store = TokenStore(Home.at(home).tokens)
    if action is Action.list:
        _print_tokens(store.tokens())
        return
    if not name:
        raise EmbudoError(
            f"Which token? `embudo token {action.value} NAME`, e.g. `embudo token {action.value} superset`."
        )
    if action is Action.revoke:
        console.err.print(
            f"Revoked `{store.revoke(name).name}`: requests that carry it are refused."
        )
    elif link:
        _create_link(store, name, link, days or LINK_DAYS)
    else:
        _create(store, name, role, scope, days)


def _create(store: TokenStore, name: str, role: TokenRole, scope: str, days: int | None) -> None:
    typer.echo(store.create(name, role.value, days=days, scope=scope))
    whose = f"{role.value} of {console.plain(scope)}" if scope else role.value
    console.err.print(
        f"Token `{name}` for {whose}: keep it, it cannot be shown again. Clients send it as "
        "`authorization: Bearer …`."
    )


def _create_link(store: TokenStore, name: str, query: str, days: int) -> None:
    from serving.rest.links import saved_query_string

    secret = store.create(name, "link", days=days, query=saved_query_string(query))
    typer.echo(f"/link/{secret}")
    console.err.print(
        f"Link `{name}` for {days} days: put the server's address before it, e.g. http://127.0.0.1:8580/link/…. "
        "Whoever has it sees this answer, and nothing else; it cannot be shown again."
    )


def _print_tokens(tokens: Sequence[Token]) -> None:
    if not tokens:
        console.err.print("There is no token yet: `embudo token create NAME` makes one.")
        return
    now = datetime.now(UTC)
    for item in tokens:
        end = f"until {item.expires_at:%Y-%m-%d}" if item.expires_at else "no end"
        state = "expired" if item.is_expired(now) else end
        whose = f"{item.role} {item.scope}".rstrip()
        console.out.print(
            f"{item.name}  {console.plain(whose)}  made {item.created_at:%Y-%m-%d}  {state}"
        )
