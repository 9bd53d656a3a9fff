"""What a home runs on: versions, settings, disk, clocks."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable

import pytest

from orchestration.operations.doctor import Inspection, environment_checks
from tests.faults.tiny_company import TinyCompany
from tests.unit.operations.doctor.findings import assert_named


def no_settings(company: TinyCompany) -> None:
    company.config.unlink()


def mistyped_settings(company: TinyCompany) -> None:
    company.config.write_text(company.config.read_text().replace("currency: EUR", "currency: EURO"))


def no_inbox(company: TinyCompany) -> None:
    company.inbox.rename(company.folder / "elsewhere")


def file_of_tomorrow(company: TinyCompany) -> None:
    tomorrow = time.time() + 86_400
    os.utime(company.inbox / "orders_0001.csv", (tomorrow, tomorrow))


def from_a_newer_duckdb(company: TinyCompany) -> None:
    described = company.home.current.resolve() / "release.json"
    described.chmod(0o644)
    fields = json.loads(described.read_text()) | {"duckdb_version": "9.0.0"}
    described.write_text(json.dumps(fields))


@pytest.mark.parametrize(
    ("corrupt", "area", "words", "fix"),
    [
        (no_settings, "settings", "does not exist", "embudo init"),
        (mistyped_settings, "settings", "EURO", ""),
        (no_inbox, "settings", "the inbox of shop", "mkdir -p"),
        (file_of_tomorrow, "clocks", "file orders_0001.csv of shop", "set the clock"),
        (from_a_newer_duckdb, "versions", "DuckDB 9.0.0", "make setup"),
    ],
)
def test_what_is_wrong_is_named(
    company: TinyCompany,
    corrupt: Callable[[TinyCompany], None],
    area: str,
    words: str,
    fix: str,
) -> None:
    assert_named(company, corrupt, area=area, words=words, fix=fix)


def test_a_disk_without_room_for_two_copies_of_the_release(
    company: TinyCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = sum(path.stat().st_size for path in company.home.current.resolve().iterdir())
    usage = shutil.disk_usage(company.home.root)._replace(free=2 * size - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    inspection = Inspection(config=company.config, home=company.home)
    (finding,) = environment_checks.check_disk(inspection)
    assert finding.state == "error"
    assert f"{2 * size - 1:,} bytes free, a refresh needs about {2 * size:,}" in finding.message
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=2 * size))
    (finding,) = environment_checks.check_disk(inspection)
    assert finding.state == "ok"
