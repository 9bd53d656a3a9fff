"""`exceptions` in embudo.yml: what is mistyped is refused, with its line and the nearest name."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.settings import load_settings
from orchestration.settings.gate_rules import LONGEST
from tests.unit.settings.factories import write

SOON = date.today() + timedelta(days=30)
SOURCES = "sources: {shop: {streams: {orders: {files: o.csv, columns: {order_id: id}}}}}\n"


def load(folder: Path, text: str) -> None:
    load_settings(write(folder, f"{SOURCES}exceptions:\n  - {text}\n"))


def test_what_there_is_is_read(tmp_path: Path) -> None:
    text = (
        "{check: values.orders, scope: {source: shop, column: [kind, status]}, "
        f"limits: {{values_moved_stops: 0.8, failing_rows: 9}}, reason: ' so  it is ', until: {SOON}}}"
    )
    settings = load_settings(write(tmp_path, f"{SOURCES}exceptions: [{text}]"))
    (spec,) = settings.exceptions
    assert spec.scope.stated() == {"source": ("shop",), "column": ("kind", "status")}
    assert spec.limits == {"values_moved_stops": 0.8, "failing_rows": 9}
    assert spec.text == f"until {SOON}: so it is"
    assert spec.title == "values.orders (source shop, column kind, status)"


def test_one_that_has_ended_is_read_and_reported_by_the_gate(tmp_path: Path) -> None:
    load(tmp_path, "{check: 'agree.*', reason: so it is, until: 2020-01-31}")


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("check: values.order", ["check: found 'values.order'", "did you mean 'values.orders'?"]),
        ("check: exceptions.standing", ["found 'exceptions.standing'"]),
        ("check: changes.*", ["found 'changes.*'"]),
        ("check: '*'", ["found '*'; expected a check or a family"]),
        ("check: loads.volume, scope: {sorce: shop}", ["unknown key 'sorce'", "'source'"]),
        ("check: loads.volume, scope: {rep: Ana}", ["not told apart by rep; expected source"]),
        ("check: loads.volume, scope: {source: shp}", ["'shp'", "did you mean 'shop'?"]),
        ("check: loads.volume, scope: {stream: order}", ["did you mean 'orders'?"]),
        ("check: loads.volume, limits: {volume_drop: 1}", ["did you mean 'volume_drop_share'?"]),
        ("check: loads.volume, limits: {failing_share: 0.2}", ["no limit of loads.volume"]),
        ("check: loads.volume, limits: {volume_drop_share: 2}", ["found 2", "expected 0 to 1"]),
        ("check: loads.volume, limits: {history_loads: 0}", ["expected at least 1"]),
        ("check: loads.values, limits: {load_values_collapse: 1}", ["expected true or false"]),
        ("check: loads.volume, limits: {volume_drop_share: true}", ["expected a number"]),
    ],
)
def test_mistakes_are_named_with_their_line(text: str, messages: list[str], tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        load(tmp_path, f"{{{text}, reason: so it is, until: {SOON}}}")
    assert "line 3" in str(refused.value)
    for message in messages:
        assert message in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{{check: loads.volume, until: {SOON}}}", "reason: is needed and missing"),
        (f"{{check: loads.volume, reason: ' ', until: {SOON}}}", "expected a reason"),
        ("{check: loads.volume, reason: so it is}", "until: is needed and missing"),
        (
            f"{{check: loads.volume, reason: so it is, until: {date.today() + LONGEST * 2}}}",
            "once a year somebody looks",
        ),
    ],
)
def test_a_reason_and_an_end_within_a_year_are_needed(
    text: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsInvalid, match=message):
        load(tmp_path, text)
