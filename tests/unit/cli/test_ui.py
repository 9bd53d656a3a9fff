"""`embudo ui`: this process becomes Dagster's, on the same company."""

from __future__ import annotations

import os

import pytest

from tests.faults.tiny_company import TinyCompany
from tests.unit.cli.conftest import CommandLine


class Replaced(SystemExit):
    """The process would have become another one here."""


def test_dagster_gets_the_company_and_the_port(
    embudo: CommandLine,
    options: tuple[str, ...],
    company: TinyCompany,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[list[str]] = []

    def execv(program: str, arguments: list[str]) -> None:
        started.append([program.rpartition("/")[2], *arguments[1:]])
        raise Replaced(0)

    monkeypatch.setattr(os, "execv", execv)
    embudo("ui", "--port", "4000", *options)
    (command,) = started
    assert command[:2] == ["dagster", "dev"]
    assert command[-4:] == ["-h", "127.0.0.1", "-p", "4000"]
    assert os.environ["EMBUDO_CONFIG"] == str(company.config.resolve())
    assert os.environ["EMBUDO_HOME"] == str(company.home.root)
