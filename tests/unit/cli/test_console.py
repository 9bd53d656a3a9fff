"""What is printed: texts from outside made safe, rows for programs, steps of a refresh."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from orchestration.cli.console import StepReporter, note_doubts, plain, print_rows
from orchestration.cli.options import Format, Language
from orchestration.core.records import ReleaseWarning
from semantic_layer.records import Trust


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("[bold]x[/bold]", "\\[bold]x\\[/bold]"),
        ("a\u202eb", "a b"),
        ("a\x1b[2Jb", "a \\[2Jb" if False else "a [2Jb"),
        ("one\ntwo", "one\ntwo"),
    ],
)
def test_a_text_from_outside_moves_no_cursor_and_is_no_markup(text: str, printed: str) -> None:
    assert plain(text) == printed


def test_rows_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """A cell that a spreadsheet would run as a formula begins with an apostrophe in CSV, not in JSON."""
    rows = [{"file": "=1+1", "line": 2}]
    print_rows(rows, Format.csv)
    assert capsys.readouterr().out == "file,line\n'=1+1,2\n"
    print_rows(rows, Format.json)
    assert json.loads(capsys.readouterr().out) == rows
    print_rows([], Format.csv)
    assert capsys.readouterr().out == ""


def test_one_line_per_step_with_its_last_detail() -> None:
    text = io.StringIO()
    with (
        pytest.raises(ZeroDivisionError),
        StepReporter(console=Console(file=text, width=100)) as report,
    ):
        report.step("Land")
        report.detail("1 file")
        report.detail("2 files")
        report.step("Build")
        raise ZeroDivisionError
    first, second = text.getvalue().splitlines()
    assert first.split() == ["✓", "Land", "0.0", "s", "2", "files"]
    assert second.split()[:2] == ["✗", "Build"]
    assert set(report.seconds) == {"Land", "Build"}


def test_beside_csv_the_trust_is_noted_only_where_something_is_doubtful(
    capsys: pytest.CaptureFixture[str],
) -> None:
    doubt = ReleaseWarning(
        check="loads.volume", subject="crm.deals", observed="3 rows", expected="30", remedy="Ask."
    )
    note_doubts(Trust(release_id="R1", as_of=None, verdict="pass"), Language.en)
    assert capsys.readouterr().err == ""
    trust = Trust(release_id="R1", as_of=None, verdict="warn", warnings=(doubt,))
    note_doubts(trust, Language.en)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "(1): loads.volume on crm.deals" in printed.err
