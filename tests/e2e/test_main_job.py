"""The main job as its users live it: broken lines, nothing new, a new day, a seeded fault."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

import sandbox
from orchestration.settings.workspace import Workspace
from orchestration.transformation.project import Project, unit_tests_passed
from tests.conftest import Embudo
from tests.differences import table_differences

pytestmark = pytest.mark.slow

CONTACTS = """
company: Diez Líneas
time_zone: Europe/Madrid
currency: EUR
sources:
  crm:
    format: {type: csv, date: "%d/%m/%Y", timestamp: "%d/%m/%Y"}
    streams:
      contacts:
        files: contacts.csv
        columns:
          contact_id: id
          full_name: name
          birth_year: born
          created_at: created
"""

GOOD = "c{n},Contact {n},1980,01/06/2026"
BROKEN = {
    100: b"c100,Contact 100,nineteen,01/06/2026",
    200: b"c200,Contact 200,1980",
    300: b"c300,Contact 300,1980,01/06/2026,extra",
    400: b"c400,Contact 400,1980,31/02/2026",
    450: b"c450,Contact 450,1980,2026-06-01 noon",
    500: b"c500,Contact \xff\xfe 500,1980,01/06/2026",
    600: b",Contact without a key,1980,01/06/2026",
    700: b'c700,"Contact"700",1980,01/06/2026',
    800: b"c800,Contact 800,1980.5,01/06/2026",
    900: b"c900,Contact 900,1980,",
}


def contact_lines(*, fixed: bool) -> bytes:
    lines = [b"id,name,born,created"]
    for n in range(1, 1001):
        good = GOOD.format(n=n).encode()
        lines.append(good if fixed else BROKEN.get(n, good))
    return b"\n".join(lines) + b"\n"


def releases(company: Embudo) -> list[dict[str, object]]:
    return list(json.loads(company("releases", "--format", "json").stdout))


def test_ten_broken_lines_among_a_thousand(tmp_path: Path) -> None:
    """990 land, ten are in quarantine with file, line and reason; the fixed file replays them once."""
    config = tmp_path / "embudo.yml"
    config.write_text(CONTACTS, encoding="utf-8")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "contacts.csv").write_bytes(contact_lines(fixed=False))
    company = Embudo(home=tmp_path / "home", config=config)

    company("refresh")
    assert company.query("new_contacts") == [{"new_contacts": 990}]
    rows = json.loads(Embudo(home=company.home)("quarantine", "--format", "json").stdout)
    assert [(row["file"], row["line"]) for row in rows] == [
        ("contacts.csv", n + 1) for n in sorted(BROKEN)
    ]
    reasons = {row["line"] - 1: row["reason"] for row in rows}
    for line, word in ((100, "birth_year"), (200, "fields"), (400, "created"), (600, "contact_id")):
        assert word in reasons[line]

    (inbox / "contacts.csv").write_bytes(contact_lines(fixed=True))
    company("refresh")
    assert company.query("new_contacts") == [{"new_contacts": 1000}]
    assert "Nothing is in quarantine" in Embudo(home=company.home)("quarantine").stdout

    before = releases(Embudo(home=company.home))
    assert "Already up to date" in company("refresh").stderr
    assert releases(Embudo(home=company.home)) == before


def assert_compared_with_history(release: Path) -> None:
    """The gate kept what it counts, and found the last release's counts when it judged this one's."""
    from orchestration.quality.periods.counting import PERIODS_FILE

    counts = str(release / PERIODS_FILE)
    rows = dict(
        duckdb.execute(
            "select stream, sum(amount) from read_parquet(?) where feature = 'rows' group by all",
            [counts],
        ).fetchall()
    )
    with duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as warehouse:
        calls = warehouse.execute(
            "select count(distinct (_source, call_id)) from landing.calls"
        ).fetchone()
    assert calls is not None
    assert rows["calls"] == calls[0] > 0


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Embudo, Path]:
    """A small company up to the day before its last, refreshed."""
    folder = tmp_path_factory.mktemp("growing")
    end = date(2026, 6, 30)
    sandbox.generate(folder, scale=0.02, months=6, end=end, until=end - timedelta(days=1))
    company = Embudo(home=folder / "home", config=folder / "embudo.yml")
    company("refresh")
    return company, folder


def test_a_new_day_incrementally_equals_a_full_rebuild(growing: tuple[Embudo, Path]) -> None:
    """I5: an incremental refresh equals a full rebuild, row for row, table by table."""
    company, folder = growing
    sandbox.generate_day(folder)
    company("refresh")
    incremental = (company.home / "current").resolve()
    assert json.loads((incremental / "release.json").read_text())["full"] is False
    assert_compared_with_history(incremental)
    company("refresh", "--full")
    full = (company.home / "current").resolve()
    assert json.loads((full / "release.json").read_text())["full"] is True
    assert full != incremental
    assert table_differences(incremental, full) == {}


def test_unit_tests_that_passed_are_not_run_again_in_another_home(
    growing: tuple[Embudo, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They judge SQL: once for each state of the models and each DuckDB."""
    embudo, _ = growing
    assert embudo.config is not None
    other = Project(Workspace.open(config=embudo.config, home=tmp_path, inbox=None))
    assert unit_tests_passed(other)
    monkeypatch.setattr("orchestration.transformation.project.version", lambda _: "of tomorrow")
    assert not unit_tests_passed(other)


def test_a_seeded_fault_publishes_nothing(growing: tuple[Embudo, Path]) -> None:
    """I2: negative amounts in a tenth of the orders; the check is named, readers see what they saw."""
    company, folder = growing
    before = (company.home / "current").resolve()
    answer = company.query("revenue,orders")
    lines = sorted((folder / "inbox" / "shop").glob("lineas_*.parquet"))[0]
    with duckdb.connect() as connection:
        target = folder / "inbox" / "shop" / lines.name.replace("lineas_", "lineas_9999_")
        listed = ", ".join(
            f"'{path}'" for path in (folder / "inbox" / "shop").glob("lineas_*.parquet")
        )
        connection.execute(
            f"copy (select * replace (case when hash(order_id) % 10 = 0 then -unit_price else unit_price end "
            f"as unit_price) from read_parquet([{listed}])) to '{target}' (format parquet)"
        )
    failed = company("refresh", expect=5)
    assert "FAILED" in failed.stderr
    assert "net_amount" in failed.stderr or "negative" in failed.stderr
    assert "@" not in failed.stderr
    assert (company.home / "current").resolve() == before
    assert company.query("revenue,orders") == answer
    status = company("status", "--explain").stdout
    assert "FAILED" in status


def test_a_person_waives_what_the_gate_named(growing: tuple[Embudo, Path]) -> None:
    """Each waiver by its own line, for one release; I8: every answer of that release reports it."""
    company, _ = growing
    explained = company("status", "--explain").stdout
    lines = re.findall(r'embudo waive "([^"]+)" --reason', explained)
    assert lines
    kept = json.loads(next(company.home.glob("candidates/*/failed_keys.json")).read_text())
    assert all(kept[title] for title in lines), "the keys of all failing rows are kept"
    mistyped = company("waive", "metric.revenu", "--reason", "x", expect=2).stderr
    assert "metric.revenue" in mistyped
    for title in lines:
        company("waive", title, "--reason", "credit notes of June", "--by", "ana")
    company("refresh")

    (release,) = (fields for fields in releases(Embudo(home=company.home)) if fields["current"])
    assert release["verdict"] == "warn"
    assert all(title in str(release["waived"]) for title in lines)
    trust = json.loads(company("query", "revenue", "--format", "json").stdout)["trust"]
    assert set(trust["accepted"]) == set(lines)
    assert all("(ana), " in why for why in trust["accepted"].values())
    assert "accepted by hand" in company("query", "revenue").stdout
    spent = json.loads(company("waive", "--list", "--format", "json").stdout)
    assert {waiver["state"] for waiver in spent} == {f"released in {release['release_id']}"}
