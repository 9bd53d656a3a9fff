"""`embudo token`."""

from __future__ import annotations

from pathlib import Path

from serving.tokens import TokenStore
from tests.unit.cli.conftest import CommandLine


def test_created_shown_once_listed_and_revoked(embudo: CommandLine, tmp_path: Path) -> None:
    home = ("--home", str(tmp_path / "home"))
    assert "no token yet" in embudo("token", "list", *home).stderr
    made = embudo("token", "create", "ana", "--role", "director", "--days", "30", *home)
    secret = made.stdout.strip()
    assert "cannot be shown again" in made.stderr and secret not in made.stderr
    found = TokenStore(tmp_path / "home" / "tokens.json").find(secret)
    assert found is not None and (found.name, found.role) == ("ana", "director")
    listed = embudo("token", "list", *home).stdout
    assert listed.startswith("ana  director  made ") and "until" in listed and secret not in listed
    embudo("token", "revoke", "ana", *home)
    assert TokenStore(tmp_path / "home" / "tokens.json").find(secret) is None


def test_mistakes(embudo: CommandLine, tmp_path: Path) -> None:
    home = ("--home", str(tmp_path / "home"))
    assert "Which token?" in embudo("token", "create", *home, expect=1).stderr
    assert "no token `x`" in embudo("token", "revoke", "x", *home, expect=1).stderr
    embudo("token", "create", "x", "--role", "root", *home, expect=2)


def test_a_link_is_printed_as_its_address(embudo: CommandLine, tmp_path: Path) -> None:
    home = ("--home", str(tmp_path / "home"))
    made = embudo("token", "create", "sheet", "--link", "metrics=revenue&grain=month", *home)
    path = made.stdout.strip()
    assert path.startswith("/link/embudo_") and "for 90 days" in made.stderr
    found = TokenStore(tmp_path / "home" / "tokens.json").find(path.removeprefix("/link/"))
    assert found is not None and (found.role, found.query) == (
        "link", "metrics=revenue&grain=month&format=csv",
    )  # fmt: skip
    assert "sheet  link  made " in embudo("token", "list", *home).stdout
    refused = embudo("token", "create", "x", "--link", "were=1", *home, expect=1)
    assert "no parameter `were`" in refused.stderr


def test_a_manager_has_a_team(embudo: CommandLine, tmp_path: Path) -> None:
    home = ("--home", str(tmp_path / "home"))
    made = embudo("token", "create", "bea", "--role", "manager", "--scope", "Campo [Norte]", *home)
    assert "for manager of Campo [Norte]" in made.stderr
    assert "bea  manager Campo [Norte]  made " in embudo("token", "list", *home).stdout
    refused = embudo("token", "create", "x", "--role", "rep", *home, expect=1)
    assert "takes a scope" in refused.stderr
