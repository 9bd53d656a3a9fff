"""`python -m sandbox`: the folder it makes, and what it reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Truth
from sandbox.__main__ import main

SMALL = ["--scale", "0.01", "--months", "2", "--end", "2026-03-31"]


def test_a_folder_is_generated_and_its_next_day_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), *SMALL, "--seed", "3", "--until", "2026-03-09"]) == 0
    truth = Truth.read(tmp_path)
    rows = sum(stream.read for stream in truth.streams.values())
    assert (
        f"{tmp_path}: {rows:,} rows of {len(truth.streams)} streams until 2026-03-09"
        in capsys.readouterr().out
    )
    assert truth.made_with.seed == 3
    main([str(tmp_path), "--next-day"])
    assert "until 2026-03-10" in capsys.readouterr().out


@pytest.mark.parametrize("options", [["--end", "31/03/2026"], ["--scale", "much"], ["--day"]])
def test_an_option_that_cannot_be_read_is_refused(tmp_path: Path, options: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main([str(tmp_path), *options])
    assert refused.value.code == 2
    assert list(tmp_path.iterdir()) == []
