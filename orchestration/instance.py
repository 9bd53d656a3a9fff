"""The Dagster instance under `<home>/dagster`.

SQLite by default, PostgreSQL where `EMBUDO_DAGSTER_POSTGRES_URL` is set; telemetry is off. Assets and jobs
do not belong here.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from orchestration.project import CHECKOUT

POSTGRES_VARIABLE = "EMBUDO_DAGSTER_POSTGRES_URL"

_POSTGRES_STORAGE = f"""
storage:
  postgres:
    postgres_url:
      env: {POSTGRES_VARIABLE}
"""

_SQLITE_STORAGE = """
event_log_storage:
  module: orchestration.event_log
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
    if os.environ.get(POSTGRES_VARIABLE):
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
