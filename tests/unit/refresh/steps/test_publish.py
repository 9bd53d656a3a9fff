"""Publishing: refused without a receipt; else the release records what it was built from."""

from __future__ import annotations

import pytest

from orchestration.core.errors import PublicationRefused
from orchestration.publication import current_id, release_ids
from orchestration.refresh.release_state import released_state
from orchestration.refresh.steps import publish as step
from orchestration.refresh.steps.build import Build
from orchestration.refresh.steps.publish import publish
from orchestration.settings import Home
from tests.unit.publication.factories import REQUIRED, make_candidate
from tests.unit.refresh.factories import STATE, make_context

BUILT = Build(nodes=(), rows={}, unit_tests=False)


@pytest.fixture(autouse=True)
def without_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small candidates of these tests have no scorecard."""
    monkeypatch.setattr(step, "required_checks", lambda *_, **__: dict.fromkeys(REQUIRED, ""))
    monkeypatch.setattr(step, "release_id_in", lambda _: None)


def test_the_release_keeps_the_state_that_it_was_built_from(home: Home) -> None:
    release = publish(make_context(home), make_candidate(home, "run-1", amount=1), BUILT)
    assert current_id(home) == release.release_id
    assert released_state(home) == STATE
    assert release.verdict == "pass"


def test_without_a_receipt_nothing_is_published(home: Home) -> None:
    candidate = make_candidate(home, "run-1", amount=1)
    candidate.receipt.unlink()
    with pytest.raises(PublicationRefused, match="No receipt"):
        publish(make_context(home), candidate, BUILT)
    assert current_id(home) is None


@pytest.mark.slow
def test_releases_past_their_retention_go(home: Home) -> None:
    context = make_context(home)
    for number in range(context.settings.keep_releases + 2):
        run = make_context(home, run_id=f"run-{number}")
        publish(run, make_candidate(home, f"run-{number}", amount=number), BUILT)
    assert len(release_ids(home)) == context.settings.keep_releases
