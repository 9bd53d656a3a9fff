"""Dagster's storage where it is in files; a real PostgreSQL is in tests/integration/test_dagster_postgres.py."""

from __future__ import annotations

import pytest

from orchestration.erasure.dagster_postgres import clean_postgres, postgres_texts
from orchestration.privacy.data_subject import DataSubject


def test_without_postgres_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMBUDO_DAGSTER_POSTGRES_URL", raising=False)
    assert clean_postgres(DataSubject(emails=("ana@example.com",))) == 0
    assert list(postgres_texts()) == []
