"""The made-up company: the same seed gives the same files, days add up to the whole, and all is counted."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from sandbox import Truth, generate, generate_day

TEXTS = (".csv", ".jsonl", ".gz")


def _rows(inbox: Path, folder: str, stem: str) -> Counter[str]:
    """Every line or row of a stream's files, however they are cut."""
    found: Counter[str] = Counter()
    for path in sorted((inbox / folder).glob(f"{stem}_*")):
        if path.suffix == ".parquet":
            rows = duckdb.connect().execute("select * from read_parquet(?)", [str(path)]).fetchall()
            found.update(repr(row) for row in rows)
        elif path.suffix in (".csv", ".jsonl"):
            lines = path.read_bytes().splitlines()
            found.update(repr(line) for line in (lines[1:] if path.suffix == ".csv" else lines))
    return found


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    first, second, other = (tmp_path / name for name in ("a", "b", "c"))
    assert generate(first, scale=0.01) == generate(second, scale=0.01)
    generate(other, scale=0.01, seed=8)
    files = sorted(p.relative_to(first) for p in first.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(second) for p in second.rglob("*") if p.is_file())
    for file in files:
        assert (first / file).read_bytes() == (second / file).read_bytes(), file
    calls = Path("inbox/pbx/llamadas_2026-03.csv")
    assert (first / calls).read_bytes() != (other / calls).read_bytes()


def test_days_add_up_to_the_whole(tmp_path: Path) -> None:
    """What a daily export adds, file by file, is what a whole export holds: else late rows would be lost or doubled."""
    whole, daily = tmp_path / "whole", tmp_path / "daily"
    options = {"scale": 0.01, "months": 3, "end": date(2026, 3, 31)}
    total = generate(whole, **options)  # type: ignore[arg-type]
    generate(daily, until=date(2026, 3, 9), **options)  # type: ignore[arg-type]
    generate_day(daily)
    assert (daily / "inbox/pbx/llamadas_2026-03-10.csv").is_file()
    truth = generate_day(daily, date(2026, 3, 31))
    for folder, stem in (
        ("crm", "oportunidades"),
        ("crm", "contactos"),
        ("pbx", "llamadas"),
        ("mailer", "events"),
        ("shop", "pedidos"),
        ("shop", "lineas"),
    ):
        parts = _rows(daily / "inbox", folder, stem)
        good = Counter(
            {k: v for k, v in _rows(whole / "inbox", folder, stem).items() if "ROTO" not in k}
        )
        assert good - parts == Counter(), f"{folder}/{stem} lacks rows"
    assert truth.metrics == total.metrics
    assert truth.as_of == total.as_of
    assert {n: s.landed for n, s in truth.streams.items()} == {
        n: s.landed for n, s in total.streams.items()
    }
    with pytest.raises(ValueError, match="not among those left"):
        generate_day(daily, date(2026, 4, 1))


def test_until_leaves_out_what_is_not_known_yet(tmp_path: Path) -> None:
    day = date(2026, 2, 14)
    truth = generate(tmp_path, scale=0.01, months=3, end=date(2026, 3, 31), until=day)
    assert truth.as_of[:10] <= (day + timedelta(days=1)).isoformat()
    assert set(truth.metrics["revenue"].by_month) == {"2026-01", "2026-02"}


def test_every_row_of_every_file_is_counted(company_folder: Path, truth: Truth) -> None:
    for name, stream in truth.streams.items():
        assert stream.read == stream.landed + stream.quarantined, name
        assert 0 <= stream.repeats < stream.landed, name
    listed = Counter((one.source, one.stream) for one in truth.quarantine)
    for stream in truth.streams.values():
        assert listed[(stream.source, stream.stream)] == stream.quarantined
    calls = truth.streams["pbx.calls"]
    lines = sum(
        len(path.read_bytes().splitlines()) - 1
        for path in (company_folder / "inbox/pbx").glob("llamadas_*")
    )
    assert lines == calls.read
    reasons = {one.reason for one in truth.quarantine}
    assert {
        "fields_missing",
        "fields_extra",
        "impossible_date",
        "wrong_type",
        "bad_bytes",
    } <= reasons
    assert {"unknown_value", "missing_key", "cut_short", "no_customer", "no_close_date"} <= reasons


def test_broken_lines_stand_where_the_truth_says(company_folder: Path, truth: Truth) -> None:
    for one in truth.quarantine:
        path = company_folder / "inbox" / one.file
        if path.suffix == ".csv" and one.reason == "impossible_date":
            lines = path.read_bytes().splitlines()
            assert b"31/02/2026" in lines[one.line - 1] or b"2026-02-31" in lines[one.line - 1], one
        if one.reason == "bad_bytes":
            with pytest.raises(UnicodeDecodeError):
                path.read_bytes().splitlines()[one.line - 1].decode()


def test_a_crm_export_looks_spanish(company_folder: Path) -> None:
    path = company_folder / "inbox/crm/oportunidades_2025-05.csv"
    with path.open(encoding="latin-1", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert {row["Estado"] for row in rows} >= {"Ganada", "Perdida", "Abierta"}
    assert any("." in row["Importe"] and row["Importe"][-3] == "," for row in rows)


def test_the_company_has_seasons_and_reps_who_move(truth: Truth) -> None:
    calls = truth.metrics["calls"].by_month
    assert calls["2025-08"] < calls["2025-10"] < calls["2025-12"]  # type: ignore[operator]
    teams = truth.metrics["revenue"].by_dimension["rep__team"]
    assert sum(v or 0 for v in teams.values()) == pytest.approx(truth.metrics["revenue"].total)
    assert truth.streams["crm.users"].read > 18, "some users have a second version"


def test_matches_add_up(truth: Truth) -> None:
    calls = truth.matches["calls"]
    assert calls["matched"] == calls["by_contact_id"] + calls["by_phone"] < calls["all"]
    assert calls["ambiguous"] > 0 < calls["unknown_agent"]
    assert truth.matches["emails"]["by_email"] > 0 < truth.matches["social"]["by_email"]
