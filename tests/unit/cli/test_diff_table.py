"""The table of `embudo diff` where little or nothing differs."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from orchestration.cli.diff_table import print_difference
from orchestration.cli.options import Language
from orchestration.core.records import ReleaseWarning
from orchestration.operations.diff import Difference
from semantic_layer.comparison import Comparison, Move
from tests.unit.cli.conftest import metric

NOTHING = Difference(
    old="r1", new="r2", tables=(), metrics=Comparison(definitions=(), moves=(), compared=1)
)


@pytest.mark.parametrize(
    ("lang", "text"), [(Language.en, "Nothing moves."), (Language.es, "Nada se mueve.")]
)
def test_nothing(capsys: pytest.CaptureFixture[str], lang: Language, text: str) -> None:
    print_difference(NOTHING, lang, all_months=False)
    assert text in capsys.readouterr().out


def test_a_rate_moves_by_percentage_points(capsys: pytest.CaptureFixture[str]) -> None:
    """0.25 to 0.30 of a dimension's value: 5 points, a fifth of what it was."""
    rate = dataclasses.replace(metric("win_rate", family="pipeline"), unit="percent")
    move = Move(metric="win_rate", period_start=date(2026, 5, 1), key="[Norte]", old=0.25, new=0.30)
    difference = dataclasses.replace(
        NOTHING,
        metrics=Comparison(definitions=(), moves=(move,), compared=1),
        catalogue={"win_rate": rate},
    )
    print_difference(difference, Language.en, all_months=False)
    printed = " ".join(capsys.readouterr().out.split())
    assert "[Norte]" in printed
    assert "5.00 pp" in printed and "20.00 %" in printed


def test_what_is_doubtful_about_the_figures_is_named_by_release(
    capsys: pytest.CaptureFixture[str],
) -> None:
    doubt = ReleaseWarning(
        check="loads.volume", subject="crm.deals", observed="3 rows", expected="30", remedy="Ask."
    )
    move = Move(metric="win_rate", period_start=date(2026, 5, 1), key=None, old=0.25, new=0.30)
    difference = dataclasses.replace(
        NOTHING,
        metrics=Comparison(definitions=(), moves=(move,), compared=1),
        catalogue={"win_rate": metric("win_rate", family="pipeline")},
        warnings={"r2": (doubt,)},
    )
    print_difference(difference, Language.en, all_months=False)
    printed = " ".join(capsys.readouterr().out.split())
    assert (
        "r2: Warnings about what is behind these figures (1): loads.volume on crm.deals." in printed
    )
