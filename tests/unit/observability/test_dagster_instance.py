"""The Dagster instance of a home: where its runs are kept, and that no password is shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml

from orchestration.core.errors import SettingsInvalid
from orchestration.observability.dagster_instance import (
    POSTGRES_VARIABLE,
    end_lost_runs,
    open_instance,
    prepare_instance,
)


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    before = dict(os.environ)
    os.environ.pop(POSTGRES_VARIABLE, None)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_runs_are_kept_in_files_of_the_home(tmp_path: Path) -> None:
    folder = prepare_instance(tmp_path / "dagster")
    settings = yaml.safe_load((folder / "dagster.yaml").read_text())
    storage = settings["event_log_storage"]
    assert storage["class"] == "PooledSqliteEventLogStorage"
    assert storage["config"]["base_dir"] == str(folder / "history" / "runs")
    assert settings["telemetry"] == {"enabled": False}
    assert os.environ["DAGSTER_HOME"] == str(folder)
    written = (folder / "dagster.yaml").stat().st_mtime_ns
    prepare_instance(tmp_path / "dagster")
    assert (folder / "dagster.yaml").stat().st_mtime_ns == written


def test_the_password_of_a_database_stays_in_the_environment(tmp_path: Path) -> None:
    os.environ[POSTGRES_VARIABLE] = "postgres://bi:hunter22@127.0.0.1:1/dagster"
    folder = prepare_instance(tmp_path / "dagster")
    text = (folder / "dagster.yaml").read_text()
    assert "hunter22" not in text and "event_log_storage" not in text
    named = yaml.safe_load(text)["storage"]["postgres"]["postgres_url"]["env"]
    assert os.environ[named] == "postgresql+psycopg2://bi:hunter22@127.0.0.1:1/dagster"


def test_a_database_that_does_not_answer_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    os.environ[POSTGRES_VARIABLE] = "postgres://bi:hunter22@127.0.0.1:1/dagster"

    def refuse() -> None:
        raise ConnectionError("bi:hunter22@127.0.0.1 refused")

    monkeypatch.setattr(dg.DagsterInstance, "get", refuse)
    with pytest.raises(SettingsInvalid, match=POSTGRES_VARIABLE) as refused, open_instance():
        pass
    assert "hunter22" not in str(refused.value)
    assert refused.value.__cause__ is None
    os.environ.pop(POSTGRES_VARIABLE)
    with pytest.raises(ConnectionError), open_instance():
        pass


def test_killed_runs_do_not_seem_to_run_for_ever() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        for run_id in ("a", "b"):
            run = instance.create_run_for_job(
                _job, run_id=run_id * 32, status=dg.DagsterRunStatus.STARTED
            )
            assert run.status == dg.DagsterRunStatus.STARTED
        end_lost_runs(instance, sparing="b" * 32)
        states = {run.run_id[0]: run.status for run in instance.get_runs()}
    assert states == {"a": dg.DagsterRunStatus.FAILURE, "b": dg.DagsterRunStatus.STARTED}


@dg.job
def _job() -> None:
    """A job of no steps."""
