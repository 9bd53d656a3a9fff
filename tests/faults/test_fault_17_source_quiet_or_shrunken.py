"""Fault 17: a source goes quiet or shrinks to a tenth.

Gate 1 reports it; each source warns, quarantines the load, or stops the refresh, as embudo.yml sets.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.core.errors import GateFailed
from orchestration.core.records import CheckResult
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.quarantined_loads import quarantined_loads
from orchestration.ingestion.ledger.waivers import grant_waiver
from orchestration.refresh.session import RefreshSession
from orchestration.refresh.steps.prepare import prepare
from orchestration.settings.workspace import Workspace
from tests.reporters import RecordingReporter
from tests.waivers import failed_check

SETTINGS = """
company: Quiet
time_zone: UTC
sources:
  crm:
    streams:
      tasks:
        files: "tasks_*.csv"
        columns: {{task_id: id, due_at: due, created_at: created}}
  pbx:
    {policy}
    streams:
      calls:
        files: "calls_*.csv"
        columns:
          call_id: id
          direction: {{value: inbound}}
          started_at: at
          disposition: {{value: answered}}
"""

END = datetime(2026, 6, 30, 12)


class Company:
    """A CRM and a phone system whose files are dropped day by day."""

    def __init__(self, folder: Path, policy: str = "") -> None:
        self.folder = folder
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.runs = 0
        self.set_policy(policy)

    def set_policy(self, policy: str) -> None:
        (self.folder / "embudo.yml").write_text(SETTINGS.format(policy=policy), encoding="utf-8")

    def calls(self, name: str, rows: int, *, before: timedelta = timedelta(0)) -> None:
        at = END - before
        lines = "".join(f"{name}-{n},{at:%Y-%m-%dT%H:%M:%S}\n" for n in range(rows))
        (self.inbox / f"calls_{name}.csv").write_text("id,at\n" + lines)

    def tasks(self) -> None:
        row = f"{END:%Y-%m-%dT%H:%M:%S}"
        (self.inbox / "tasks_1.csv").write_text(f"id,due,created\n1,{row},{row}\n")

    @property
    def workspace(self) -> Workspace:
        return Workspace.open(
            config=self.folder / "embudo.yml", home=self.folder / "home", inbox=None
        )

    def refresh(self) -> dict[str, CheckResult]:
        """Sources read and checked, up to the point where models are built: check to its result."""
        self.runs += 1
        with RefreshSession(
            self.workspace, run_id=f"r{self.runs}", report=RecordingReporter()
        ) as session:
            landing = session.land()
            checks = {check.title: check for check in landing.checks}
            session.require_loads()
            prepare(session.context, landing.staleness)
        return checks

    def calls_in_the_build(self) -> int:
        with duckdb.connect(
            str(self.folder / f"home/candidates/r{self.runs}/warehouse.duckdb")
        ) as c:
            row = c.execute("select count(*) from landing.calls").fetchone()
        return int(row[0]) if row else 0

    def ledger(self) -> Ledger:
        return Ledger(self.folder / "home" / "ledger.sqlite")


VOLUME = "loads.volume on pbx.calls"
FRESHNESS = "loads.freshness on pbx"


def _usual(company: Company) -> None:
    company.tasks()
    for day in ("a", "b"):
        company.calls(day, 100)
        company.refresh()


def test_a_stream_that_shrinks_to_a_tenth_warns(tmp_path: Path) -> None:
    company = Company(tmp_path)
    _usual(company)
    company.calls("c", 10)
    check = company.refresh()[VOLUME]
    assert check.outcome == "warn"
    assert "10 rows" in check.observed
    assert "100 rows" in check.expected
    assert company.calls_in_the_build() == 210


def test_it_stops_where_its_source_is_configured_to_until_the_whole_file_comes(
    tmp_path: Path,
) -> None:
    company = Company(tmp_path, "on_breach: {volume: stop}")
    _usual(company)
    company.calls("c", 10)
    for _ in range(2):  # the load that stopped a refresh stops the next one too, new or not
        with pytest.raises(GateFailed, match=r'embudo waive "loads.volume on pbx.calls"'):
            company.refresh()
    company.calls("c", 95)
    assert company.refresh()[VOLUME].outcome == "pass"


def test_the_load_is_quarantined_where_its_source_is_configured_to(tmp_path: Path) -> None:
    """I3: the load is kept and in no build; a complete file, or a person, reinstates it."""
    company = Company(tmp_path, "on_breach: {volume: quarantine}")
    _usual(company)
    company.calls("c", 10)
    failed = company.refresh()[VOLUME]
    assert "load quarantined" in failed.observed
    assert company.calls_in_the_build() == 200
    with company.ledger() as ledger:
        (aside,) = quarantined_loads(ledger)
        assert (aside.check, aside.rows_landed) == ("loads.volume", 10)
        file = tmp_path / f"home/landing/pbx/calls/{aside.load_id}.parquet"
        assert file.exists()
        grant_waiver(ledger, failed_check(failed), reason="a strike", signed_by="ana")
    check = company.refresh()[VOLUME]
    assert check.waiver.endswith("a strike")
    assert company.calls_in_the_build() == 210
    with company.ledger() as ledger:
        assert quarantined_loads(ledger) == []


def test_a_whole_file_resolves_a_quarantined_load(tmp_path: Path) -> None:
    company = Company(tmp_path, "on_breach: {volume: quarantine}")
    _usual(company)
    company.calls("c", 10)
    company.refresh()
    company.calls("c", 90)
    assert company.refresh()[VOLUME].outcome == "pass"
    assert company.calls_in_the_build() == 290
    with company.ledger() as ledger:
        assert quarantined_loads(ledger) == []


@pytest.mark.parametrize(
    ("days", "policy", "outcome"),
    [
        (14, "", "pass"),
        (15, "", "warn"),
        (15, "limits: {silent_days: 20}", "pass"),
        (15, "on_breach: {freshness: stop}", "fail"),
    ],
)
def test_a_source_that_went_quiet(tmp_path: Path, days: int, policy: str, outcome: str) -> None:
    """Against the newest row of the other sources, whatever the wall clock shows."""
    company = Company(tmp_path, policy)
    company.tasks()
    company.calls("a", 100, before=timedelta(days=days))
    if outcome == "fail":
        with pytest.raises(GateFailed, match=r"loads\.freshness on pbx"):
            company.refresh()
        return
    check = company.refresh()[FRESHNESS]
    assert check.outcome == outcome
    assert f"{days} day(s)" in check.observed


def test_a_required_stream_that_never_came_stops(tmp_path: Path) -> None:
    company = Company(tmp_path, "required: calls")
    company.tasks()
    with pytest.raises(GateFailed, match=r"loads.required_streams on pbx.calls"):
        company.refresh()
