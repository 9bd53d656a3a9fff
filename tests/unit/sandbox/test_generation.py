"""The same seed gives the same files, and days add up to the full export."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from sandbox import generate, generate_day

pytestmark = pytest.mark.slow

TEXTS = (".csv", ".jsonl", ".gz")


def _rows(inbox: Path, folder: str, stem: str) -> Counter[str]:
    """Every line or row of a stream's files, however they are cut."""
    counts: Counter[str] = Counter()
    for path in sorted((inbox / folder).glob(f"{stem}_*")):
        if path.suffix == ".parquet":
            rows = duckdb.connect().execute("select * from read_parquet(?)", [str(path)]).fetchall()
            counts.update(repr(row) for row in rows)
        elif path.suffix in (".csv", ".jsonl"):
            lines = path.read_bytes().splitlines()
            counts.update(repr(line) for line in (lines[1:] if path.suffix == ".csv" else lines))
    return counts


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
    """What a daily export adds, file by file, is what a full export has: else late rows would be lost or doubled."""
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
