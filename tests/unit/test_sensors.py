"""The file-drop sensor: one run per set of files, once the set has stayed the same."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from orchestration import sensors
from orchestration.ingestion.pending import PendingFile
from orchestration.sensors import file_drop_sensor
from orchestration.settings import Home, Settings
from orchestration.settings.workspace import Workspace


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> list[PendingFile]:
    """Files that are pending."""
    files: list[PendingFile] = []
    monkeypatch.setattr(sensors, "pending_files", lambda _: list(files))
    return files


def evaluate(tmp_path: Path, cursor: str | None) -> tuple[object, str | None]:
    workspace = Workspace(settings=Settings(config_file=tmp_path / "e"), home=Home.at(tmp_path))
    job = dg.define_asset_job("refresh", selection=dg.AssetSelection.all())
    context = dg.build_sensor_context(cursor=cursor)
    answer = file_drop_sensor(workspace, job)(context)
    return answer, context.cursor


def test_a_set_of_files_is_refreshed_once_it_has_stayed_the_same(
    tmp_path: Path, inbox: list[PendingFile]
) -> None:
    answer, cursor = evaluate(tmp_path, None)
    assert isinstance(answer, dg.SkipReason) and cursor is None
    inbox.append(PendingFile("crm", "deals", "d.csv", 10))
    answer, cursor = evaluate(tmp_path, cursor)
    assert isinstance(answer, dg.SkipReason)
    assert "1 new file(s)" in (answer.skip_message or "")
    inbox[0] = PendingFile("crm", "deals", "d.csv", 20)
    answer, grown = evaluate(tmp_path, cursor)
    assert isinstance(answer, dg.SkipReason), "it was still being copied"
    assert grown != cursor
    answer, _ = evaluate(tmp_path, grown)
    assert isinstance(answer, dg.SensorResult)
    (request,) = answer.run_requests or []
    assert request.run_key == grown, "Dagster starts one run per key"
