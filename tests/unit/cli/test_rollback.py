"""`embudo rollback`."""

from __future__ import annotations

from tests.faults.tiny_company import TinyCompany
from tests.unit.cli.conftest import CommandLine


def test_the_previous_release_and_one_by_name(
    embudo: CommandLine, options: tuple[str, ...], company: TinyCompany
) -> None:
    newest = company.home.current.resolve().name
    assert "The current release is now" in embudo("rollback", *options).stdout
    previous = company.home.current.resolve().name
    assert previous != newest
    assert newest in embudo("rollback", newest, *options).stdout
    assert company.home.current.resolve().name == newest


def test_a_release_that_is_not_there(embudo: CommandLine, options: tuple[str, ...]) -> None:
    refused = embudo("rollback", "20200101T000000Z-none", *options, expect=8).stderr
    assert "20200101T000000Z-none" in refused
