"""The made-up company through the main job: what landed, what readers see. Its metrics: test_metric_oracle.py."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

import sandbox
from tests.conftest import Embudo

pytestmark = pytest.mark.slow


def test_loads_and_quarantine_equal_the_truth(company: Embudo, folder: Path) -> None:
    """I3: what landed and what was quarantined is what the generator counted, stream by stream."""
    truth = sandbox.Truth.read(folder)
    status = json.loads(company("status", "--format", "json").stdout)
    landed = {
        f"{entry['source']}.{entry['stream']}": (entry["rows_landed"], entry["rows_quarantined"])
        for entry in status["sources"]
    }
    assert landed == {
        name: (stream.landed, stream.quarantined) for name, stream in truth.streams.items()
    }


def test_troubles_are_warned_of_and_nothing_else(company: Embudo) -> None:
    """Each names its source, and what to do; a company without them warns of nothing (test_no_false_alarm.py).

    The calls of unknown extensions are fewer than the check takes for those of a switchboard.
    """
    release = json.loads(company("status", "--format", "json").stdout)["release"]
    assert {(check["name"], check["subject"]) for check in release["warnings"]} == {
        ("words.activities.outcome", "crm.activities"),
        ("references.activities.owner_id", "crm.activities"),
    }
    assert all(check["remedy"] for check in release["warnings"])
    (word,) = (check for check in release["warnings"] if check["name"].startswith("words."))
    assert "'Aplazada' (" in word["observed"]


def test_contact_data_stays_in_the_private_warehouse(company: Embudo, tmp_path: Path) -> None:
    """I9: no phone and no address in the public marts, whatever the table."""
    # A copy: this process has the release open already, in the semantic layer's configuration.
    copy = shutil.copy(company.home / "current" / "marts.duckdb", tmp_path / "marts.duckdb")
    with duckdb.connect(str(copy), read_only=True) as marts:
        columns = marts.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where data_type = 'VARCHAR' and not internal"
        ).fetchall()
        quarantined = []
        for schema, table, column in columns:
            row = marts.execute(
                f'select count(*) from "{schema}"."{table}" '
                f"where regexp_matches(\"{column}\", '[^@ ]+@[^@ ]+\\.[a-z]+|\\+34[0-9]{{9}}')"
            ).fetchone()
            if row and row[0]:
                quarantined.append(f"{schema}.{table}.{column}")
    assert quarantined == []


def test_answers_carry_their_trust(company: Embudo) -> None:
    """I8: release, data-as-of, verdict, and when the streams behind a metric last came."""
    answer = json.loads(company("query", "win_rate", "--format", "json").stdout)
    trust = answer["trust"]
    assert trust["release_id"] == (company.home / "current").resolve().name
    assert trust["as_of"].startswith("2026-06-30")
    assert trust["verdict"] == "warn"
    assert "crm.deals" in trust["streams"]


def test_an_answer_shows_the_warnings_about_what_is_behind_it(company: Embudo) -> None:
    """I8: those of activities in an answer about activities, on two lines; none in one about new opportunities."""
    activities = json.loads(company("query", "activities", "--format", "json").stdout)["trust"]
    assert {warning["subject"] for warning in activities["warnings"]} >= {"crm.activities"}
    assert all(warning["what_to_do"] for warning in activities["warnings"])
    printed = company("query", "activities").stdout
    assert "references.activities.owner_id on crm.activities" in printed
    created = company("query", "opportunities_created", "--format", "json")
    assert json.loads(created.stdout)["trust"]["warnings"] == []
    assert "references.activities" not in company("query", "opportunities_created").stdout
    assert "crm.activities" in company("query", "activities", "--format", "csv").stderr
    assert company("query", "opportunities_created", "--format", "csv").stderr == ""
    assert "crm.activities" in company("metrics", "activities").stdout
    assert "crm.activities" in company("scorecard", "rep").stdout


def test_unknown_names_get_the_nearest(company: Embudo) -> None:
    assert "win_rate" in company("query", "win_rat", expect=9).stderr
    assert "rep__team" in company("query", "revenue", "--by", "rep__tean", expect=9).stderr
