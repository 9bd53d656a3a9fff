"""The Dagster instance under `<home>/dagster`.

SQLite by default, PostgreSQL where `EMBUDO_DAGSTER_POSTGRES_URL` is set; telemetry is off. Assets and jobs
do not belong here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.core.errors import SettingsInvalid
from orchestration.settings.project import CHECKOUT

if TYPE_CHECKING:
    import dagster as dg

POSTGRES_VARIABLE = "EMBUDO_DAGSTER_POSTGRES_URL"

_WITH_DRIVER = "EMBUDO_DAGSTER_DATABASE"
"""The same address with the driver that dagster-postgres brings: SQLAlchemy 2.1 would take another."""

_POSTGRES_STORAGE = f"""
storage:
  postgres:
    postgres_url:
      env: {_WITH_DRIVER}
"""

_SQLITE_STORAGE = """
event_log_storage:
  module: orchestration.observability.dagster_event_log
  class: PooledSqliteEventLogStorage
  config:
    base_dir: {folder}
"""


def prepare_instance(dagster_home: Path) -> Path:
    """Write `dagster.yaml` into the folder, point `DAGSTER_HOME` at it, and return the absolute folder.

    The URL of the database stays in the environment; the file only names the variable.
    """
    dagster_home = dagster_home.resolve()
    dagster_home.mkdir(parents=True, exist_ok=True)
    text = (CHECKOUT / "dagster.yaml").read_text(encoding="utf-8")
    if address := os.environ.get(POSTGRES_VARIABLE):
        os.environ[_WITH_DRIVER] = re.sub(r"^postgres(ql)?://", "postgresql+psycopg2://", address)
        text += _POSTGRES_STORAGE
    else:
        text += _SQLITE_STORAGE.format(folder=json.dumps(str(dagster_home / "history" / "runs")))
    target = dagster_home / "dagster.yaml"
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        partial = target.with_suffix(".tmp")
        partial.write_text(text, encoding="utf-8")
        partial.replace(target)
    os.environ["DAGSTER_HOME"] = str(dagster_home)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    return dagster_home


@contextmanager
def open_instance() -> Iterator[dg.DagsterInstance]:
    """The instance that `prepare_instance` has written down, open.

    Raises `SettingsInvalid` where its database does not answer; the address, which may have a password in it,
    is not in the message.
    """
    import dagster as dg

    try:
        instance = dg.DagsterInstance.get()
    except Exception as error:  # SQLAlchemy, psycopg2 and Dagster each raise their own
        if not os.environ.get(POSTGRES_VARIABLE):
            raise
        raise SettingsInvalid(
            f"Dagster's database cannot be opened ({type(error).__name__}). {POSTGRES_VARIABLE} must be "
            "postgresql://user:password@host:port/database of a server that answers; unset it to keep "
            "runs in files."
        ) from None
    with instance:
        yield instance


def end_lost_runs(instance: dg.DagsterInstance, *, sparing: str = "") -> None:
    """Enter runs that were killed as failed; Dagster would show them as running for ever.

    The caller holds the refresh lock, so no other run than its own (`sparing`) is alive.
    """
    from dagster import DagsterRunStatus, RunsFilter

    for run in instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.STARTED])):
        if run.run_id != sparing:
            instance.report_run_failed(run, "The run was killed before it ended.")
