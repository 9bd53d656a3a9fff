"""Seeds as spreadsheets leave them: each fault is reported by line and column, with what is allowed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.core.errors import SeedInvalid
from orchestration.transformation.seed_rules import SeedRules
from orchestration.transformation.seeds import check_seed, check_seeds

METRICS = {"revenue": "currency", "win_rate": "percent"}
HEADING = (
    "metric,scope,scope_key,period_grain,period_start,target,currency,set_on,review_every_months"
)
GOOD = "revenue,rep,Ana,month,2026-06-01,1000.50,EUR,2026-05-20,3"


@pytest.fixture
def targets(tmp_path: Path) -> SeedRules:
    """The rules of `targets`, of a file that a test writes."""
    types = dict.fromkeys(HEADING.split(","), "varchar") | {
        "period_start": "date",
        "target": "decimal(18,4)",
        "set_on": "date",
        "review_every_months": "integer",
    }
    return SeedRules(
        name="targets",
        path=tmp_path / "seeds" / "targets.csv",
        types=types,
        required=frozenset({"metric", "scope", "period_grain", "period_start", "target"}),
        keys=(("metric", "scope", "scope_key", "period_grain", "period_start", "set_on"),),
        allowed={
            "scope": ("company", "team", "region", "rep"),
            "period_grain": ("day", "week", "month", "quarter", "year"),
        },
    )


def faults(seed: SeedRules, content: str | bytes) -> list[str]:
    seed.path.parent.mkdir(exist_ok=True)
    seed.path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [str(fault) for fault in check_seed(seed, metrics=METRICS)[1]]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (GOOD, ""),
        ("revenu" + GOOD[7:], "metric: there is no metric `revenu` (nearest: revenue)"),
        (GOOD.replace(",rep,", ",Team,"), "scope: `Team` is not allowed (nearest: team); expected company, team"),
        (GOOD.replace("Ana", ""), "scope_key: it is empty, expected the rep that the row is for"),
        (GOOD.replace("rep,Ana", "company,Ana"), "scope_key: `Ana` is left unread for the company"),
        (GOOD.replace("month", "monthly"), "period_grain: `monthly` is not allowed (nearest: month)"),
        (GOOD.replace("2026-06-01", "01/06/2026"), "period_start: `01/06/2026` is no date; write year-month-day"),
        (GOOD.replace("2026-06-01", "2026-02-30"), "period_start: `2026-02-30` is no date"),
        (GOOD.replace("2026-06-01", "2026-06-15"), "first day of a month; the nearest are 2026-06-01 and 2026-07-01"),
        (GOOD.replace("month,2026-06-01", "week,2026-06-03"), "of a week; the nearest are 2026-06-01 and 2026-06-08"),
        (GOOD.replace("1000.50", ""), "target: it is empty, and must not be"),
        (GOOD.replace("1000.50", '"1.000,50"'), "target: `1.000,50` is no number; write it like 1234.56"),
        (GOOD.replace("1000.50", "1" * 15), "target: `111111111111111` is too big"),
        (GOOD.replace("revenue", "win_rate").replace("1000.50", "25"), "target: `25` is 2500%: write shares as 0.25"),
        (GOOD.replace(",3", ",3.5"), "review_every_months: `3.5` is no whole number"),
        (GOOD + ",x", "it has 10 fields, expected 9"),
    ],
)  # fmt: skip
def test_a_fault_is_reported_by_line_and_column(
    targets: SeedRules, line: str, message: str
) -> None:
    """The good line before it is line 2, so the fault is in line 3; an empty line between counts."""
    other = GOOD.replace("Ana", "Bruno")
    messages = faults(targets, f"{HEADING}\n{other}\n\n{line}\n")
    if not message:
        assert messages == []
    else:
        assert len(messages) == 1, messages
        assert messages[0].startswith("line 4")
        assert message in messages[0]


def test_a_row_twice_names_both_lines(targets: SeedRules) -> None:
    messages = faults(targets, f"{HEADING}\n{GOOD}\n{GOOD.replace('1000.50', '7')}\n")
    assert messages == [
        "line 3, metric, scope, scope_key, period_grain, period_start, set_on: the same as in line 2; "
        "expected each once"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{HEADING}\n{GOOD}\n".replace(",", ";"), "line 1: its fields are separated by `;`: save it as `CSV UTF-8`"),
        (f"{HEADING}\n{GOOD}\n".replace(",", "\t"), "line 1: its fields are separated by tabs"),
        (f"{HEADING}\n{GOOD}\n{GOOD.replace('Ana', 'Begoña')}\n".encode("latin-1"), "line 3: it is not UTF-8"),
        (f"{HEADING}\n{GOOD}\n".encode("utf-16"), "line 1: it is not UTF-8"),
        (HEADING.replace("target", "goal") + f"\n{GOOD}\n", "line 1: unknown column(s) `goal` and missing"),
        ("", "line 1: the file is empty, expected the columns metric"),
        (f'{HEADING}\n"{GOOD}\n', "line 2: unexpected end of data"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_refused(
    targets: SeedRules, content: str | bytes, message: str
) -> None:
    messages = faults(targets, content)
    assert len(messages) == 1
    assert messages[0].startswith(message)


def test_a_byte_order_mark_and_windows_line_ends_are_read(targets: SeedRules) -> None:
    """As Excel writes CSV UTF-8, and as DuckDB, which loads the seed for dbt, reads it too."""
    content = b"\xef\xbb\xbf" + f"{HEADING}\r\n{GOOD}\r\n".encode()
    assert faults(targets, content) == []
    with duckdb.connect() as connection:
        connection.execute(
            f"create table targets ({', '.join(f'{c} {t}' for c, t in targets.types.items())})"
        )
        connection.execute(
            f"copy targets from '{targets.path}' (format csv, header true, delimiter ',')"
        )
        assert (
            connection.execute("select metric, target from targets").fetchall()[0][0] == "revenue"
        )


def test_all_faults_of_all_seeds_are_reported_at_once(targets: SeedRules) -> None:
    bad = f"{HEADING}\n" + "".join(
        GOOD.replace("Ana", f"Rep {n}").replace("revenue", "nothing") + "\n" for n in range(25)
    )
    faults(targets, bad)
    with pytest.raises(SeedInvalid) as raised:
        check_seeds([targets], metrics=METRICS)
    message = str(raised.value)
    assert message.startswith("25 fault(s) in seeds; nothing was built.")
    assert "  seeds/targets.csv line 2, metric: there is no metric `nothing`" in message
    assert message.endswith("… and 5 more")
