"""The scorecard's columns, each against figures calculated independently."""

from __future__ import annotations

from datetime import date, datetime
from statistics import mean

import pytest

from tests.unit.scorecards.conftest import Marts

pytestmark = pytest.mark.slow

START = date(2023, 7, 1)


def month(number: int) -> date:
    """Months from July 2023 on."""
    return date(2023 + (6 + number) // 12, (6 + number) % 12 + 1, 1)


def company(values: list[float], *, name: str = "revenue") -> list[tuple[object, ...]]:
    return [(name, "company", "company", "month", month(n), v) for n, v in enumerate(values)]


def seasonal(number: int) -> float:
    """36 months with a trend and a season: December doubles, August halves."""
    factor = {12: 2.0, 8: 0.5}.get(month(number).month, 1.0)
    return (1000 + 10 * number) * factor


def test_periods_before_are_those_of_the_values(marts: Marts) -> None:
    """The month before, the same month a year before, and the mean of the twelve up to it."""
    values = [seasonal(n) for n in range(36)]
    marts.write(company(values))
    rows = marts.rows(
        "select value, previous_value, same_period_last_year, trailing_12m_mean, is_complete "
        "from performance.scorecard order by period_start"
    )
    assert len(rows) == 36
    for n, (value, before, year_before, trailing, complete) in enumerate(rows):
        assert value == values[n]
        assert before == (values[n - 1] if n >= 1 else None)
        assert year_before == (values[n - 12] if n >= 12 else None)
        assert complete is (n < 35)
        # The running month is no part of its own mean.
        last = n if n < 35 else n - 1
        known = last - 11 >= 0
        expected = mean(values[last - 11 : last + 1]) if known else None
        assert trailing == (pytest.approx(expected, rel=1e-11) if known else None)


def test_the_season_is_separated_from_the_trend(marts: Marts) -> None:
    """Ratio to the centred moving average, calculated here month by month."""
    values = [seasonal(n) for n in range(36)]
    marts.write(company(values))
    actual = dict(
        marts.rows(
            "select month(period_start), any_value(seasonal_index) from performance.scorecard "
            "group by 1"
        )
    )
    ratios: dict[int, list[float]] = {}
    for n in range(6, 29):  # complete months (35) with six complete ones on each side
        around = sum(values[n - 5 : n + 6]) + (values[n - 6] + values[n + 6]) / 2
        ratios.setdefault(month(n).month, []).append(values[n] / (around / 12))
    raw = {m: mean(r) for m, r in ratios.items()}
    scale = mean(raw.values())
    assert {m: pytest.approx(r / scale, abs=1e-8) for m, r in raw.items()} == actual
    assert mean(actual.values()) == pytest.approx(1)
    assert actual[12] > 1.7 and actual[8] < 0.6
    adjusted = marts.rows(
        "select value / seasonal_index, seasonally_adjusted_value from performance.scorecard"
    )
    assert all(a == pytest.approx(b, rel=1e-9) for a, b in adjusted)


def test_no_season_without_two_years_or_below_zero(marts: Marts) -> None:
    marts.write(company([seasonal(n) for n in range(13, 36)]))
    assert marts.rows("select count(seasonal_index) from performance.scorecard") == [(0,)]
    marts.write(company([seasonal(n) - 600 for n in range(36)]))
    assert marts.rows(
        "select min(value) < 0, count(seasonal_index) from performance.scorecard"
    ) == [(True, 0)]


def test_nothing_sold_is_zero_and_no_rate_is_nothing(marts: Marts) -> None:
    """Sums and counts are zero in a month without rows; a rate has no row there."""
    marts.write(
        [
            ("revenue", "rep", "crm:A", "month", date(2026, 2, 1), 5.0),
            ("revenue", "rep", "crm:A", "month", date(2026, 5, 1), 7.0),
            ("win_rate", "rep", "crm:A", "month", date(2026, 2, 1), 0.5),
            ("win_rate", "rep", "crm:A", "month", date(2026, 5, 1), 0.25),
        ]
    )
    assert marts.rows(
        "select metric, period_start, value, previous_value from performance.scorecard order by all"
    ) == [
        ("revenue", date(2026, 2, 1), 5.0, None),
        ("revenue", date(2026, 3, 1), 0.0, 5.0),
        ("revenue", date(2026, 4, 1), 0.0, 0.0),
        ("revenue", date(2026, 5, 1), 7.0, 0.0),
        ("win_rate", date(2026, 2, 1), 0.5, None),
        ("win_rate", date(2026, 5, 1), 0.25, None),
    ]


def test_days_and_weeks_are_compared_with_52_weeks_before(marts: Marts) -> None:
    """20 June 2026 is a Saturday, and so is 21 June 2025; 90 days are shown."""
    marts.write(
        [
            ("revenue", "company", "company", "day", date(2025, 6, 20), 1.0),
            ("revenue", "company", "company", "day", date(2025, 6, 21), 2.0),
            ("revenue", "company", "company", "day", date(2026, 6, 20), 3.0),
            ("revenue", "company", "company", "week", date(2025, 6, 16), 4.0),
            ("revenue", "company", "company", "week", date(2026, 6, 15), 5.0),
        ]
    )
    last = (
        "select grain, value, same_period_last_year from performance.scorecard "
        "where period_start >= '2026-06-15' and value > 0 order by all"
    )
    assert marts.rows(last) == [("day", 3.0, 2.0), ("week", 5.0, 4.0)]
    assert marts.rows(
        "select count(*), min(period_start) from performance.scorecard where grain = 'day'"
    ) == [(90, date(2026, 3, 23))]


@pytest.mark.parametrize(
    ("name", "value", "target", "growth", "status"),
    [
        # Complete May: all of the target with growth is due.
        ("revenue", 110.0, 100.0, 0.1, "on_track"),
        ("revenue", 109.9, 100.0, 0.1, "watch"),
        ("revenue", 99.0, 100.0, 0.1, "watch"),
        ("revenue", 98.9, 100.0, 0.1, "off_track"),
        ("win_rate", 0.25, 0.25, 0.0, "on_track"),
        ("win_rate", 0.22, 0.25, 0.0, "off_track"),
        # Lower is better: 100 allowed, up to 111.1 is watched.
        ("complaints", 100.0, 100.0, 0.0, "on_track"),
        ("complaints", 111.0, 100.0, 0.0, "watch"),
        ("complaints", 112.0, 100.0, 0.0, "off_track"),
        ("complaints", 0.0, 0.0, 0.0, "on_track"),
        ("complaints", 1.0, 0.0, 0.0, "off_track"),
    ],
)
def test_status_of_a_whole_month(
    marts: Marts, name: str, value: float, target: float, growth: float, status: str
) -> None:
    marts.target(name, "company", "company", date(2026, 5, 1), target, growth=growth)
    marts.write([(name, "company", "company", "month", date(2026, 5, 1), value)])
    where = "from performance.scorecard where period_start = '2026-05-01'"
    assert marts.rows(f"select target, status {where}") == [(target, status)]


def test_a_running_month_is_paced(marts: Marts) -> None:
    """20 of June's 30 days are gone: two thirds of a sum are due, all of a rate."""
    june = date(2026, 6, 1)
    marts.target("revenue", "company", "company", june, 300)
    marts.target("win_rate", "company", "company", june, 0.3)
    marts.write(
        [
            ("revenue", "company", "company", "month", june, 200.0),
            ("win_rate", "company", "company", "month", june, 0.2),
        ]
    )
    assert marts.rows(
        "select metric, status, round(attainment, 6), round(elapsed_share, 6) "
        "from performance.scorecard order by all"
    ) == [("revenue", "on_track", 1.0, 0.666667), ("win_rate", "off_track", 0.666667, 0.666667)]


def test_a_target_without_figures_is_shown(marts: Marts) -> None:
    """Who sold nothing is off track; a rate without a value cannot be judged. Keys are read leniently."""
    marts.target("revenue", "team", " beta ", date(2026, 4, 1), 10)
    marts.target("revenue", "rep", "crm:B", date(2026, 5, 1), 10)
    marts.target("win_rate", "rep", "crm:B", date(2026, 5, 1), 0.5)
    marts.target("revenue", "company", "company", date(2026, 7, 1), 10)
    marts.write([("revenue", "team", "Beta", "month", date(2026, 5, 1), 3.0)])
    assert marts.rows(
        "select metric, scope, scope_key, period_start, value, status from performance.scorecard "
        "order by all"
    ) == [
        ("revenue", "rep", "crm:B", date(2026, 5, 1), 0.0, "off_track"),
        ("revenue", "team", "Beta", date(2026, 4, 1), 0.0, "off_track"),
        ("revenue", "team", "Beta", date(2026, 5, 1), 3.0, "no_target"),
        ("win_rate", "rep", "crm:B", date(2026, 5, 1), None, None),
    ]


def test_a_review_is_due_so_many_months_after_the_last(marts: Marts) -> None:
    """Set on 1 January and looked at again on 1 April, every three months: due on 1 July."""
    for start, set_on in (
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 6, 1), date(2026, 4, 1)),
    ):
        marts.target("revenue", "company", "company", start, 10, set_on=set_on, review=3)
    marts.target(
        "win_rate", "company", "company", date(2026, 6, 1), 0.1, set_on=date(2026, 3, 15), review=3
    )
    marts.target("complaints", "company", "company", date(2026, 6, 1), 5)
    marts.write([("revenue", "company", "company", "month", date(2026, 3, 1), 3.0)])
    assert marts.rows(
        "select metric, period_start, days_to_next_review from performance.scorecard "
        "where period_start <> '2026-04-01' and period_start <> '2026-05-01' order by all"
    ) == [
        ("complaints", date(2026, 6, 1), None),
        ("revenue", date(2026, 1, 1), 11),
        ("revenue", date(2026, 3, 1), None),
        ("revenue", date(2026, 6, 1), 11),
        ("win_rate", date(2026, 6, 1), -5),
    ]


def test_the_benchmark_of_the_time_the_industry_and_the_region(marts: Marts) -> None:
    """Of those that hold on the first day: the industry's before any, then the region's before any."""
    marts.connection.execute(
        """
        insert into performance.dim_benchmarks values
            ('1', 'win_rate', null, null, 0.1, 0.2, 0.3, '2026-01-01', '2026-05-01'),
            ('2', 'win_rate', null, null, 0.2, 0.3, 0.4, '2026-05-01', '9999-12-31'),
            ('3', 'win_rate', null, 'sur', 0.5, 0.6, 0.7, '2026-01-01', '9999-12-31'),
            ('4', 'revenue', 'retail', null, 1, 2, 3, '2026-01-01', '9999-12-31'),
            ('5', 'revenue', null, 'Sur', 7, 8, 9, '2026-01-01', '9999-12-31')
        """
    )
    values = [
        (name, scope, key, "month", start, 0.5)
        for name in ("win_rate", "revenue")
        for scope, key in (("company", "company"), ("region", "Sur"), ("region", "Norte"),
                           ("team", "Beta"), ("rep", "crm:A"))
        for start in (date(2026, 2, 1), date(2026, 5, 1))
    ]  # fmt: skip
    marts.write(values)
    rows = marts.rows(
        "select scope_key, month(period_start), cast(benchmark_typical as double) "
        "from performance.scorecard where metric = 'win_rate' and month(period_start) in (2, 5) "
        "order by all"
    )
    assert rows == [
        ("Beta", 2, 0.6),
        ("Beta", 5, 0.6),
        ("Norte", 2, 0.2),
        ("Norte", 5, 0.3),
        ("Sur", 2, 0.6),
        ("Sur", 5, 0.6),
        ("company", 2, 0.2),
        ("company", 5, 0.3),
        ("crm:A", 2, 0.2),  # in Norte until March
        ("crm:A", 5, 0.6),
    ]
    typical = "select distinct cast(benchmark_typical as double) from performance.scorecard"
    assert marts.rows(f"{typical} where metric = 'revenue'") == [(2.0,)]


def test_a_rep_is_in_the_team_of_the_time(marts: Marts) -> None:
    """Ana moved from Alfa to Beta on 10 March 2026: her rows have her team at the end of each month."""
    values = [
        ("revenue", "rep", "crm:A", "month", date(2026, number, 1), 1.0) for number in (2, 3, 6)
    ]
    marts.write(values)
    assert marts.rows(
        "select month(period_start), scope_name, team, region from performance.scorecard "
        "where value = 1 order by all"
    ) == [(2, "Ana", "Alfa", "Norte"), (3, "Ana", "Beta", "Sur"), (6, "Ana", "Beta", "Sur")]


def test_the_tables_describe_their_columns(marts: Marts) -> None:
    """Columns and their descriptions are the same, in the same order."""
    marts.write([], as_of=datetime(2026, 1, 1))
    for table in ("scorecard", "alerts"):
        rows = marts.rows(
            "select column_name, comment from duckdb_columns() where schema_name = 'performance' "
            f"and table_name = '{table}' order by column_index"
        )
        assert all(comment for _, comment in rows), rows


def test_months_of_nothing_between_two_of_something_have_no_season(marts: Marts) -> None:
    """Their ratios to the moving average are all zero, which no scale makes average one."""
    marts.write(company([5.0, *[0.0] * 23, 5.0, *[0.0] * 11]))
    marts.write(company([0.0] * 11 + [5.0] + [0.0] * 12 + [5.0] + [0.0] * 11))
    assert marts.rows(
        "select count(*) > 0, count(*) filter (isnan(seasonal_index)) from performance.scorecard"
    ) == [(True, 0)]
