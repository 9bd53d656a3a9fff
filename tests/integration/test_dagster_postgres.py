"""Dagster's storage in a real PostgreSQL, chosen by the environment alone."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from orchestration.core.errors import SourceError
from orchestration.erasure.dagster_postgres import clean_postgres, postgres_texts
from orchestration.privacy.data_subject import DataSubject
from tests.conftest import Embudo

pytestmark = pytest.mark.slow

PASSWORD = "canary-of-postgres"
CONFIG = """
company: Una Mesa
sources:
  crm:
    streams:
      contacts:
        files: contacts.csv
        columns: {contact_id: id, created_at: created}
"""


def program(name: str) -> str:
    """One of PostgreSQL's programs, which Debian keeps off the PATH."""
    programs = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = shutil.which(name) or (str(programs[-1]) if programs else None)
    assert path, f"`make test` installs PostgreSQL; {name} is not here"
    return path


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of our own on a free port of this machine."""
    folder = tmp_path_factory.mktemp("postgres")
    # PostgreSQL refuses to run as root, and pytest's folders are closed to others.
    as_user: list[str] = []
    if os.geteuid() == 0:
        as_user = ["runuser", "-u", "postgres", "--"]
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        for parent in folder.parents[:3]:
            parent.chmod(parent.stat().st_mode | 0o011)
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o644)
    data = folder / "data"
    subprocess.run(
        [*as_user, program("initdb"), "-D", str(data), "-U", "embudo", "--auth=scram-sha-256",
         f"--pwfile={secret}", "--no-sync"],
        check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    secret.unlink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    control = [*as_user, program("pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True, cwd=folder)
    try:
        yield f"postgresql://embudo:{PASSWORD}@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], capture_output=True, cwd=folder)


def test_runs_are_kept_in_postgres_and_the_password_nowhere(address: str, tmp_path: Path) -> None:
    config = tmp_path / "embudo.yml"
    config.write_text(CONFIG, encoding="utf-8")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "contacts.csv").write_text("id,created\nc1,2026-06-01\n", encoding="utf-8")
    company = Embudo(home=tmp_path / "home", config=config)
    company("refresh", EMBUDO_DAGSTER_POSTGRES_URL=address)

    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("select pipeline_name, status from runs")
        assert cursor.fetchall() == [("refresh", "SUCCESS")]
        cursor.execute("select count(*) from event_logs where asset_key is not null")
        (events,) = cursor.fetchone() or (0,)
        assert events > 100
    connection.close()
    assert_forgotten(address)
    files = [path for path in company.home.rglob("*") if path.is_file()]
    assert not any("history" in path.parts for path in files)
    assert [path for path in files if PASSWORD.encode() in path.read_bytes()] == []


def assert_forgotten(address: str) -> None:
    """A person leaves every text of the storage, and the pages of its tables."""
    ana = DataSubject(emails=("ana@example.com",))
    with closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("update runs set run_body = run_body || ' Ana@example.com'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBUDO_DAGSTER_POSTGRES_URL", address)
        assert [place for place, text in postgres_texts() if "Ana@" in text] == [
            '"public"."runs"."run_body"'
        ]
        assert clean_postgres(ana) == 1
        assert not any("Ana@" in text for _, text in postgres_texts())
        assert clean_postgres(ana) == clean_postgres(DataSubject()) == 0
        patch.setenv("EMBUDO_DAGSTER_POSTGRES_URL", "postgresql://nobody@127.0.0.1:1/none")
        with pytest.raises(SourceError, match="does not answer"):
            clean_postgres(ana)
