"""The releases of a home as a server sees them."""

from __future__ import annotations

import pytest

from orchestration import publication
from orchestration.core.errors import ReleaseCorrupt
from orchestration.operations.served_releases import HomeReleases
from tests.faults.tiny_company import TinyCompany


def test_what_is_published_can_be_served(company: TinyCompany) -> None:
    store = HomeReleases(company.home)
    newest, older = store.release_ids()
    assert store.current_id() == newest
    assert [(r.release_id, r.is_current) for r in store.kept_releases()] == [
        (newest, True),
        (older, False),
    ]
    assert store.directory(older) == company.home.releases / older
    publication.rollback(company.home, older)
    assert store.current_id() == older
    with pytest.raises(ReleaseCorrupt):
        store.directory("x")
