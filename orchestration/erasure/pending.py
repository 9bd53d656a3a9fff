"""The note of an erasure under way: who is being erased, in clear, from the first change to the last.

Whoever finds it (the same command, or the next refresh) finishes the erasure. Carrying it out belongs to `request`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.core.durable_files import settle
from orchestration.core.records import Erasure
from orchestration.privacy.data_subject import DataSubject
from orchestration.settings import Home


@dataclass(frozen=True)
class PendingErasure:
    """An erasure that has begun; `country` dials the numbers that name none."""

    erasure: Erasure
    subject: DataSubject
    loads: tuple[str, ...]
    country: str


def note_file(home: Home) -> Path:
    """The path of the note while an erasure runs."""
    return home.root / "erasing.json"


def write_note(home: Home, pending: PendingErasure) -> None:
    """Write the note, readable by its owner alone; durable when this returns."""
    note = note_file(home)
    temporary = note.with_name(f".{note.name}.tmp")
    content = {
        "erasure": asdict(pending.erasure),
        "subject": asdict(pending.subject),
        "loads": list(pending.loads),
        "country": pending.country,
    }
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(content), encoding="utf-8")
    settle(temporary, note)


def read_note(home: Home) -> PendingErasure | None:
    """The erasure that was cut short, or None where there is none."""
    note = note_file(home)
    if not note.exists():
        return None
    content = json.loads(note.read_text(encoding="utf-8"))
    return PendingErasure(
        erasure=Erasure(**content["erasure"]),
        subject=DataSubject.from_record(content["subject"]),
        loads=tuple(content["loads"]),
        country=content["country"],
    )
