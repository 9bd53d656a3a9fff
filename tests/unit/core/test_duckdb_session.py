"""DuckDB connections of a landing: their limits, their macros, quoting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.core import duckdb_session


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb_session.connect(scratch=tmp_path, at_once=2) as opened:
        yield opened


def test_a_session_is_in_utc_downloads_nothing_and_spills_into_its_scratch(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    settings = dict(connection.execute("select name, value from duckdb_settings()").fetchall())
    assert settings["TimeZone"] == "UTC"
    assert settings["autoinstall_known_extensions"] == "false"
    assert settings["autoload_known_extensions"] == "false"
    assert settings["temp_directory"] == str(tmp_path / "spill")


def test_streams_that_land_at_once_share_the_memory(tmp_path: Path) -> None:
    def limit(at_once: int) -> str:
        with duckdb_session.connect(scratch=tmp_path, at_once=at_once) as opened:
            row = opened.execute("select current_setting('memory_limit')").fetchone()
        assert row is not None
        return str(row[0])

    assert limit(1) != limit(4)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1:02:03", 3723.0),
        ("02:03", 123.0),
        (":45", 45.0),
        ("1h 5m", 3900.0),
        ("2 min 30 sec", 150.0),
        ("PT1H5M", 3900.0),
        ("P1DT1S", 86_401.0),
        ("0.5", 43_200.0),
        ("0:01:30,5", 90.5),
        ("soon", None),
    ],
)
def test_durations(connection: duckdb.DuckDBPyConnection, text: str, seconds: float | None) -> None:
    assert connection.execute("select duration_seconds(?)", [text]).fetchone() == (seconds,)


@pytest.mark.parametrize(
    ("text", "rounded"),
    [
        ("1.2E+15", True),
        ("3e+08", True),
        ("12345678901234567890", None),
        ("9007199254740994.0", True),
        ("9007199254740992.0", True),
        ("9007199254740991.0", False),
        ("00012345", False),
        ("3e8a", False),
    ],
)
def test_ids_that_lost_digits(
    connection: duckdb.DuckDBPyConnection, text: str, rounded: bool | None
) -> None:
    """Digits without a fraction are complete, however many they are."""
    assert connection.execute("select is_rounded_id(?)", [text]).fetchone() == (bool(rounded),)


def test_days_and_times_as_excel_keeps_them(connection: duckdb.DuckDBPyConnection) -> None:
    """Day 46000 is 2025-12-09; a quarter of a day is six in the morning."""
    row = connection.execute(
        "select date_text('46000'), date_text('46000.75'), date_text('2026-01-31'), "
        "time_text('46000.25'), time_text('09:30')"
    ).fetchone()
    assert row == ("2025-12-09", "2025-12-09", "2026-01-31", "06:00:00", "09:30")


def test_characters_that_nobody_sees_are_named(connection: duckdb.DuckDBPyConnection) -> None:
    row = connection.execute("select visible_text(?)", ["a\u00a0b\tc"]).fetchone()
    assert row == ("a␣U+00A0b␣U+0009c",)


def test_the_excel_extension_is_loaded_from_its_wheel(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    duckdb_session.load_excel(connection)
    loaded = connection.execute(
        "select loaded from duckdb_extensions() where extension_name = 'excel'"
    ).fetchone()
    assert loaded == (True,)


def test_names_texts_and_paths_are_quoted(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert duckdb_session.name('a"b') == '"a""b"'
    assert duckdb_session.texts(["it's", "b"]) == "'it''s', 'b'"
    path = tmp_path / "deals [1]*.csv"
    path.write_text("id\n7\n")
    (tmp_path / "deals 1.csv").write_text("id\n8\n")
    rows = connection.execute(f"select id from read_csv({duckdb_session.file(path)})").fetchall()
    assert rows == [(7,)], "brackets and stars of a name are no glob"


def test_an_error_shows_neither_duckdbs_prefix_nor_the_folder() -> None:
    path = Path("/data/in/deals.csv")
    error = duckdb.InvalidInputException(f"Invalid Input Error: {path} is broken\nLINE 1: …")
    assert duckdb_session.error_text(error, path=path) == "deals.csv is broken"
