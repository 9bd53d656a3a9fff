"""`embudo forget`: a person leaves every byte under the home, and later files do not bring them back.

What must hold is in ARCHITECTURE ("erasure rewrites …") and I3: rows read = landed + quarantined + skipped.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.core.failpoints import FORGET
from tests.byte_search import found_in
from tests.faults.conftest import CutOff
from tests.faults.test_invariants_kept_private_and_idle import crm, digits, exported

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Somebody:
    """A contact with a past, as the company's own files have it."""

    contact: str
    email: str
    number: str
    """Nine national digits."""
    calls: int
    emails: int

    @property
    def spellings(self) -> list[str]:
        number = self.number
        return [
            self.email,
            self.email.replace("@", "%40"),
            number,
            f"{number[:3]} {number[3:6]} {number[6:]}",
            f"{number[:3]}-{number[3:6]}-{number[6:]}",
            f"{number[:3]} {number[3:5]} {number[5:7]} {number[7:]}",
            f"{number[:3]}.{number[3:6]}.{number[6:]}",
        ]


@pytest.fixture(scope="module")
def somebody(cut_off: CutOff) -> Somebody:
    """A contact with calls and campaign e-mails, whose e-mail and mobile are nobody else's."""
    with duckdb.connect(str(cut_off.home / "current" / "marts.duckdb"), read_only=True) as marts:
        busy = marts.execute(
            "select c.contact_key, count(distinct call_key), count(distinct email_key) "
            "from core.dim_contacts c join activity.fct_calls using (contact_key) "
            "join activity.fct_campaign_emails using (contact_key) "
            "join customer.fct_orders using (contact_key) "
            "where mobile_hmac is not null and email_hmac is not null and phone_hmac is null "
            "group by 1 order by 2 desc, 3 desc, 1"
        ).fetchall()
    people = crm(cut_off, "contactos")
    shared = [digits(row["Móvil"]) for row in people if row["Móvil"]]
    for key, calls, emails in busy:
        rows = [row for row in people if f"crm:{row['Id']}" == key]
        number = digits(rows[-1]["Móvil"])
        if len({row["Id"] for row in people if digits(row["Móvil"]) == number}) == 1:
            assert number in shared
            return Somebody(key, rows[-1]["Correo"].strip().lower(), number, calls, emails)
    raise AssertionError("the made-up company has nobody to forget")


@dataclass
class Erased:
    """The company's home, an erasure later; its exports lie outside."""

    company: CutOff
    home: Path
    inbox: Path
    before: dict[str, float]

    def counts(self) -> dict[str, float]:
        return counts(self.home)


def counts(home: Path) -> dict[str, float]:
    """Rows and sums of the current release, read from its tables."""
    with duckdb.connect(str(home / "current" / "marts.duckdb"), read_only=True) as marts:
        asked = {
            "contacts": "select count(*) from core.dim_contacts",
            "calls": "select count(*) from activity.fct_calls",
            "emails": "select count(*) from activity.fct_campaign_emails",
            "tasks": "select count(*) from activity.fct_tasks",
            "activities but calls": "select count(*) from activity.fct_activities where kind <> 'call'",
            "deals": "select count(*) from funnel.fct_deals",
            "deal value": "select sum(amount) from funnel.fct_deals",
            "orders": "select count(*) from customer.fct_orders",
            "revenue": "select sum(net_amount) from customer.fct_order_lines",
            "leads": "select count(*) from funnel.fct_leads",
            "social": "select count(*) from activity.fct_social_interactions",
            "answers": "select count(*) from activity.fct_survey_answers",
            "customers": "select count(*) from customer.dim_customers",
        }
        return {
            name: float(marts.execute(sql).fetchall()[0][0] or 0) for name, sql in asked.items()
        }


@pytest.fixture(scope="module")
def erased(cut_off: CutOff, somebody: Somebody, tmp_path_factory: pytest.TempPathFactory) -> Erased:
    """Forgotten in the last of many attempts, each of the others killed at another step."""
    folder = tmp_path_factory.mktemp("forgotten")
    home, inbox = folder / "home", folder / "inbox"
    shutil.copytree(cut_off.home, home, symlinks=True)
    shutil.copytree(cut_off.folder / "inbox", inbox)
    (home / "logs" / "old.txt").write_text(
        f"called {somebody.spellings[3]} about {somebody.email}\n"
    )
    before = counts(home)
    words = ("forget", "--email", somebody.email.upper(), "--yes", "--inbox", str(inbox))
    for step in FORGET:
        killed = cut_off.run(*words, home=home, EMBUDO_KILL_AT=step)
        assert killed.returncode == -9, (step, killed.stderr)
        (release,) = [p for p in (home / "releases").iterdir() if p == (home / "current").resolve()]
        described = json.loads((release / "release.json").read_text())
        assert counts(home)["orders"] == described["rows"]["customer.fct_orders"]
    done = cut_off.run(*words, home=home)
    assert done.returncode == 0, done.stderr
    return Erased(company=cut_off, home=home, inbox=inbox, before=before)


def test_nothing_is_erased_by_a_dry_run(cut_off: CutOff, somebody: Somebody) -> None:
    """It reports how many rows would go, by stream, and changes no byte of the home."""
    before = {p: p.stat().st_mtime_ns for p in cut_off.home.rglob("*.parquet")}
    shown = cut_off.run("forget", "--contact", somebody.contact, "--dry-run")
    assert shown.returncode == 0, shown.stderr
    for stream in ("crm.contacts", "pbx.calls", "mailer.email_events"):
        assert stream in shown.stdout
    assert {p: p.stat().st_mtime_ns for p in cut_off.home.rglob("*.parquet")} == before
    assert not (cut_off.home / "tombstones.json").exists()


def test_no_byte_of_the_person_is_left_under_the_home(erased: Erased, somebody: Somebody) -> None:
    """Neither the e-mail nor the phone, in any spelling, in files and in what they hold compressed."""
    assert found_in(erased.home, somebody.spellings) == []
    rows = found_in(erased.home / "landing", [somebody.contact.removeprefix("crm:")])
    assert rows == []
    assert found_in(erased.inbox, [somebody.email]), "the search finds what is there"


def test_only_the_persons_own_rows_are_gone(erased: Erased, somebody: Somebody) -> None:
    """Calls, e-mails, leads … of the person go; what was sold and done stays, tied to nobody."""
    after, before = erased.counts(), erased.before
    assert before["contacts"] - after["contacts"] == 1
    assert before["calls"] - after["calls"] == somebody.calls
    assert before["emails"] - after["emails"] == somebody.emails
    for kept in ("tasks", "activities but calls", "deals", "deal value", "orders", "revenue"):
        assert after[kept] == before[kept], kept
    with duckdb.connect(str(erased.home / "current" / "marts.duckdb"), read_only=True) as marts:
        for schema, table in marts.execute(
            "select schema_name, table_name from duckdb_columns() where column_name = 'contact_key'"
        ).fetchall():
            tied = marts.execute(
                f'select count(*) from "{schema}"."{table}" where contact_key = ?',
                [somebody.contact],
            ).fetchall()
            assert tied == [(0,)], table


def test_the_erased_release_is_intact_and_notes_the_erasure(erased: Erased) -> None:
    """I1, I3: checksums hold, the note names nobody, and each load's rows still add up."""
    (release,) = (erased.home / "releases").iterdir()
    described = json.loads((release / "release.json").read_text())
    assert described["release_id"] == release.name == (erased.home / "current").resolve().name
    (note,) = described["erasures"]
    assert note["rows"] > 5 and note["by"] and note["at"]
    assert json.loads((release / "receipt.json").read_text())["erasures"] == [note]
    from orchestration.publication import verify_release
    from orchestration.settings import Home

    verify_release(Home.at(erased.home), release.name)
    ledger = sqlite3.connect(erased.home / "ledger.sqlite")
    assert ledger.execute(
        "select count(*) from loads where rows_read <> rows_landed + rows_quarantined + rows_skipped"
    ).fetchone() == (0,)
    for source, stream, load, landed in ledger.execute(
        "select source, stream, load_id, rows_landed from loads"
    ).fetchall():
        path = erased.home / "landing" / source / stream / f"{load}.parquet"
        assert duckdb.sql(f"select count(*) from read_parquet('{path}')").fetchall() == [(landed,)]
    ledger.close()


def test_later_files_do_not_bring_the_person_back(erased: Erased, somebody: Somebody) -> None:
    """Checked against the tombstone: a lead by e-mail, a call by phone, a contact by id, a broken row by its text.

    The refresh rebuilds history; its figures are those of the erased release.
    """
    after = erased.counts()
    header = ";".join(next(iter(crm(erased.company, "leads"))))
    (erased.inbox / "crm" / "leads_2026-07.csv").write_bytes(
        "\n".join(
            [
                header,
                f"L9000001;;;Otra;{somebody.email.upper()};;Web;;U0013;30/06/2026 17:30;;;;;30/06/2026 17:30",
                f"L9000002;;;Otra;;{somebody.spellings[4]};Web;;U0013;30/06/2026 17:30;;;;;30/06/2026 17:30",
                f"L9000003;;;Otra;{somebody.email};Web",
                "L9000004;;;Nadie;nadie@correo.example;;Web;;U0013;30/06/2026 17:30;;;;;30/06/2026 17:30",
            ]
        ).encode("latin-1")
        + b"\n"
    )
    numbers = next(exported(erased.company.folder, "pbx/llamadas_*.csv"))
    call = numbers | {
        "uniqueid": "K9", "direction": "in", "src": "0034" + somebody.number, "dst": "+34910000100",
        "disposition": "ANSWERED", "crm_contact": "",
    }  # fmt: skip
    (erased.inbox / "pbx" / "llamadas_2026-07.csv").write_text(
        ",".join(call) + "\n" + ",".join(call.values()) + "\n"
    )
    done = erased.company.run("refresh", "--inbox", str(erased.inbox), home=erased.home)
    assert done.returncode == 0, done.stderr[-3000:]
    described = json.loads((erased.home / "current" / "release.json").read_text())
    assert described["full"] is True
    now = erased.counts()
    assert now.pop("leads") == after.pop("leads") + 1, "the lead of nobody in particular has landed"
    assert now == after
    assert found_in(erased.home, somebody.spellings) == []
    ledger = sqlite3.connect(erased.home / "ledger.sqlite")
    (landed,) = ledger.execute(
        "select rows_read, rows_landed, rows_quarantined, rows_skipped from loads "
        "where stream = 'leads' order by load_seq desc limit 1"
    ).fetchall()
    ledger.close()
    assert landed == (4, 1, 0, 3)


def test_another_privacy_key_is_refused_once_somebody_was_forgotten(erased: Erased) -> None:
    """Under another key no tombstone matches, and the next file would bring the person back."""
    changed = erased.company.run(
        "refresh", "--full", "--inbox", str(erased.inbox), home=erased.home,
        EMBUDO_PRIVACY_KEY="another-key-0123456789abcdef0123456789",
    )  # fmt: skip
    assert changed.returncode == 2, changed.stderr
    assert "EMBUDO_PRIVACY_KEY" in changed.stderr
