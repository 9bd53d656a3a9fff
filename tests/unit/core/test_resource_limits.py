"""Limits of memory and cores, and the one error for a full disk or exhausted memory."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from orchestration.core.errors import ResourceExhausted, SettingsInvalid
from orchestration.core.resource_limits import (
    MEMORY_VARIABLE,
    as_resource_error,
    cores,
    memory_limit,
    threads,
)


@pytest.mark.parametrize(
    ("limit", "share", "expected"),
    [
        ("4GB", 1.0, "4GB"),
        (" 1.5 GiB ", 1.0, "1.5GiB"),
        ("1000MB", 0.5, "500MB"),
        ("1GB", 1 / 3, "0.333333GB"),
    ],
)
def test_the_limit_is_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, limit: str, share: float, expected: str
) -> None:
    monkeypatch.setenv(MEMORY_VARIABLE, limit)
    assert memory_limit(share=share) == expected


def test_without_it_the_limit_follows_what_is_available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MEMORY_VARIABLE, raising=False)
    for available, whole, half in (
        (24_000_000_000, "14400MB", "7200MB"),
        (1_000_000_000, "600MB", "300MB"),
        (100_000_000, "256MB", "128MB"),
    ):
        monkeypatch.setattr(
            "orchestration.core.resource_limits.available_memory", lambda memory=available: memory
        )
        assert (memory_limit(), memory_limit(share=0.5)) == (whole, half)


@pytest.mark.parametrize("limit", ["lots", "0GB", "12", "-1GB"])
def test_what_is_no_amount_is_refused(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setenv(MEMORY_VARIABLE, limit)
    with pytest.raises(SettingsInvalid, match="expected an amount of memory"):
        memory_limit()


def test_threads_of_all_connections_are_no_more_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cores() >= 1
    monkeypatch.setattr("orchestration.core.resource_limits.cores", lambda: 8)
    assert [threads(at_once=count) for count in (1, 2, 3, 9)] == [8, 4, 2, 1]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "over quota"),
        RuntimeError("IO Error: Could not write: No space left on device"),
        RuntimeError("database or disk is full"),
        RuntimeError("Out of Memory Error: max_temp_directory_size exceeded"),
    ],
)
def test_a_full_disk_in_any_library_s_message(error: Exception) -> None:
    resource_error = as_resource_error(error)
    assert isinstance(resource_error, ResourceExhausted)
    assert "No space left on the disk" in str(resource_error)
    assert "the current release is untouched" in str(resource_error)


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("Out of Memory Error: failed to allocate 2.0 MiB")]
)
def test_exhausted_memory_names_the_variable(error: Exception) -> None:
    assert MEMORY_VARIABLE in str(as_resource_error(error))


def test_the_cause_of_another_error_is_found() -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as cause:
            raise ValueError("dbt failed") from cause
    except ValueError as error:
        assert isinstance(as_resource_error(error), ResourceExhausted)


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    assert as_resource_error(ValueError("a model does not compile")) is None
    io_error = RuntimeError("disk I/O error")
    assert as_resource_error(io_error, at=tmp_path) is None, "the disk has free space"


def test_sqlite_s_message_for_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 0})())
    assert as_resource_error(RuntimeError("disk I/O error"), at=tmp_path) is not None
