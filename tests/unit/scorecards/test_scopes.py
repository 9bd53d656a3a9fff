"""The subject of a scorecard, by what a person types."""

from __future__ import annotations

from typing import Any, cast

import pytest

from orchestration.core.errors import QueryInvalid
from scorecards.scopes import Subject, find_subject
from semantic_layer.layer import SemanticLayer
from tests.unit.scorecards.conftest import Marts


class _Layer:
    """The part of a semantic layer that finding a subject needs."""

    def __init__(self, marts: Marts) -> None:
        self._marts = marts

    def rows(self, sql: str) -> list[dict[str, Any]]:
        return self._marts.connection.execute(sql).to_arrow_table().to_pylist()


@pytest.fixture
def layer(marts: Marts) -> SemanticLayer:
    return cast("SemanticLayer", _Layer(marts))


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (None, Subject(scope="company", key="company", name="company")),
        ("beta", Subject(scope="team", key="Beta", name="Beta")),
        (" Norte ", Subject(scope="region", key="Norte", name="Norte")),
        ("ana", Subject(scope="rep", key="crm:A", name="Ana")),
        ("CRM:b", Subject(scope="rep", key="crm:B", name="Bruno")),
        ("b", Subject(scope="rep", key="crm:B", name="Bruno")),
    ],
)
def test_by_name_key_or_id(layer: SemanticLayer, text: str | None, subject: Subject) -> None:
    assert find_subject(layer, text) == subject


def test_unknown_and_ambiguous_names(layer: SemanticLayer, marts: Marts) -> None:
    with pytest.raises(
        QueryInvalid, match=r"no rep, team or region `Nortte`. Nearest: Norte \(region\)"
    ):
        find_subject(layer, "Nortte")
    marts.connection.execute(
        "insert into core.dim_reps values "
        "('c1', 'crm:C', 'Ana', 'Alfa', 'Norte', true, '1900-01-01', '9999-12-31')"
    )
    with pytest.raises(QueryInvalid, match=r"may mean crm:A \(rep\), crm:C \(rep\)"):
        find_subject(layer, "Ana")
