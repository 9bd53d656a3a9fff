"""Troubles that only a company made with them has."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from sandbox import SETTINGS, Truth
from sandbox.activities import POSTPONED
from sandbox.company import Company, make_company
from sandbox.troubles import NOBODY
from sandbox.words import OUTCOMES

pytestmark = pytest.mark.slow


def test_a_company_has_troubles_only_where_it_is_made_with_them(company: Company) -> None:
    healthy = make_company(seed=company.seed, scale=0.05, months=24, end=date(2026, 6, 30))
    assert not (healthy.conversations.calls["agent"] >= NOBODY).any()
    assert (company.conversations.calls["agent"] >= NOBODY).sum() > 5
    troubled, plain = company.conversations.activities, healthy.conversations.activities
    assert (plain["activity"] == troubled["activity"]).all()
    assert not (plain["outcome"] == POSTPONED).any()
    assert not (plain["owner"] >= NOBODY).any()
    assert 5 < (troubled["outcome"] == POSTPONED).sum() < len(troubled) / 50
    assert 5 < (troubled["owner"] >= NOBODY).sum() < len(troubled) / 50
    changed = (plain["outcome"] != troubled["outcome"]) | (plain["owner"] != troubled["owner"])
    assert np.count_nonzero(changed) < len(troubled) / 25


def test_settings_do_not_map_the_unknown_word(company_folder: Path, truth: Truth) -> None:
    settings = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))
    outcome = settings["sources"]["crm"]["streams"]["activities"]["columns"]["outcome"]
    assert OUTCOMES[POSTPONED] not in outcome["map"]
    files = (company_folder / "inbox/crm").glob("actividades_*.csv")
    assert any(OUTCOMES[POSTPONED].encode("latin-1") in file.read_bytes() for file in files)
    assert truth.made_with.troubles
