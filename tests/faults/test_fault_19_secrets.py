"""Fault 19: a canary secret in settings and environment, absent from all that is kept, shown or sent."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.observability.notifications import Notification
from orchestration.privacy.redaction import redacted
from orchestration.settings import load_settings
from tests.byte_search import found_in
from tests.faults.conftest import CANARIES, CutOff

pytestmark = pytest.mark.slow

SECRETS = (
    CANARIES["EMBUDO_PRIVACY_KEY"],
    CANARIES["CRM_TOKEN"],
    "canary-password-51d2",
)


def test_a_secret_in_the_settings_is_refused_and_not_repeated(tmp_path: Path) -> None:
    config = tmp_path / "embudo.yml"
    config.write_text("company: X\nsources:\n  crm:\n    api_token: canary-token-77ab3c\n")
    with pytest.raises(SettingsInvalid, match=r"line 4.*api_token") as refused:
        load_settings(config)
    assert "canary" not in str(refused.value)


def test_no_secret_is_kept_or_shown_by_a_refresh_that_succeeds(cut_off: CutOff) -> None:
    """Landing, ledger, releases with their manifests, logs, events, Dagster's storage: everything in the home."""
    assert list((cut_off.home / "logs").glob("*.jsonl"))
    assert list((cut_off.home / "events").glob("*.jsonl"))
    assert found_in(cut_off.home, SECRETS) == []
    for command in (("status", "--explain", "--format", "json"), ("releases",), ("notify",)):
        shown = cut_off.run(*command)
        assert not any(secret in shown.stdout + shown.stderr for secret in SECRETS)


def test_no_secret_is_kept_or_shown_by_a_refresh_that_fails(
    cut_off: CutOff, tmp_path: Path
) -> None:
    """A secret that has got into a message all the same (here: into a path) is masked before it is kept."""
    home = tmp_path / "home"
    shutil.copytree(cut_off.home, home, symlinks=True)
    token = CANARIES["CRM_TOKEN"]
    for inbox, settings in ((f"missing-{token}", {}), (".", {"EMBUDO_TIME_ZONE": token})):
        failed = cut_off.run("refresh", "--inbox", str(tmp_path / inbox), home=home, **settings)
        assert failed.returncode in (2, 3), failed.stderr
        assert "Error:" in failed.stderr
        assert not any(secret in failed.stdout + failed.stderr for secret in SECRETS)
    assert "***" in json.dumps(
        [line for path in (home / "logs").glob("*.jsonl") for line in path.read_text().splitlines()]
    )
    assert found_in(home, SECRETS) == []


def test_an_alert_holds_no_secret_and_no_contact_data(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    notice = Notification(
        company="X",
        run_id="r",
        events=frozenset({"failure"}),
        title="the refresh failed",
        error=f"cannot reach {CANARIES['SHOP_DATABASE_URL']} for ana@example.com, +34 600 111 222",
    )
    sent = json.dumps(notice.payload())
    assert not any(secret in sent for secret in (*SECRETS, "ana@example.com", "600 111 222"))
    assert redacted("orders: 12 of 4,000") == "orders: 12 of 4,000"
