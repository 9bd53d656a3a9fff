"""The note of an erasure under way: read back as it was written, by its owner alone."""

from __future__ import annotations

from pathlib import Path

from orchestration.core.records import Erasure
from orchestration.erasure.pending import PendingErasure, note_file, read_note, write_note
from orchestration.privacy.data_subject import DataSubject
from orchestration.settings import Home


def test_the_note_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    assert read_note(home) is None
    pending = PendingErasure(
        erasure=Erasure(erasure_id="forget-1", at="2026-07-01T00:00:00+00:00", by="ana"),
        subject=DataSubject(
            emails=("ana@example.com",),
            handles=("ig|ana",),
            subjects={"contacts": ("crm:1",), "leads": ()},
            owned={"calls": ("pbx:7",)},
            calling_codes=("34",),
        ),
        loads=("l1", "l2"),
        country="ES",
    )
    write_note(home, pending)
    assert read_note(home) == pending
    assert note_file(home).stat().st_mode & 0o777 == 0o600
