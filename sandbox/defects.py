"""Deliberate defects of the exports: repeated rows, and lines that cannot be read.

Repeats are rows of frames; broken lines are made from a good line of the same file, with a key that no good row
has, so that the company's figures do not depend on them. Every one is counted by `truth`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sandbox.clock import Clock, generator
from sandbox.frames import Frame, stack
from sandbox.layout import Layout

# Share of rows that a later export repeats: the same row, or by then an older version of it.
_REPEATS = {
    "calls": 0.005,
    "email_events": 0.003,
    "orders": 0.01,
    "order_lines": 0.004,
    "activities": 0.005,
    "social_interactions": 0.005,
    "leads": 0.01,
    "deals": 0.03,
    "contacts": 0.01,
    "accounts": 0.01,
    "deal_stage_changes": 0.005,
    "agent_states": 0.001,
    "survey_answers": 0.01,
    "invoices": 0.01,
}
_BROKEN_SHARE = 0.0008
_MOST_BROKEN = 60
_QUIET_DAYS = 45
"""Small exports stay whole in the last days, so that a day's few rows are not half broken."""
_BUSY = 100
_ROUNDED = frozenset({"calls", "deals", "email_events"})
"""Streams of which somebody saved a row from a spreadsheet, which rounded its id."""
ROUNDED_ID = "1.23457E+17"
BAD_BYTES = b"\xff\xfe\xfa"


@dataclass(frozen=True)
class Defect:
    """A line to break: the day of its export, how, and where in its file (0 first, 1 last)."""

    day: int
    reason: str
    place: float
    number: int


def with_repeats(stream: str, frame: Frame, *, seed: int) -> Frame:
    """The rows, and after them those that later exports repeat."""
    rng = generator(seed, f"repeats {stream}")
    again = np.flatnonzero(rng.random(len(frame)) < _REPEATS.get(stream, 0.0))
    later = frame.take(again)
    return stack([frame, later.exported_from(later.exported_on + rng.integers(1, 45, len(again)))])


def plan_defects(layout: Layout, frame: Frame, clock: Clock, *, seed: int) -> list[Defect]:
    """Defect lines of a stream, in the order of their days; none where it has few rows."""
    reasons = _reasons(layout)
    days = frame.exported_on[frame.exported_on <= clock.last_day]
    if not reasons or len(days) < 150:
        return []
    rng = generator(seed, f"broken {layout.source} {layout.stream}")
    if len(days) / len(clock.days) < _BUSY:
        days = days[days <= clock.last_day - _QUIET_DAYS]
        if not len(days):
            return []
    count = int(np.clip(round(len(days) * _BROKEN_SHARE), len(reasons), _MOST_BROKEN))
    drawn = np.sort(rng.choice(days, count))
    places = rng.random(count)
    return [
        Defect(int(day), reasons[index % len(reasons)], float(places[index]), index)
        for index, day in enumerate(drawn)
    ]


def _reasons(layout: Layout) -> Sequence[str]:
    if layout.kind == "xlsx":
        return ("wrong_type", "missing_value")
    if not layout.identity:
        return ()
    if layout.kind == "parquet":
        return ("no_customer", "unknown_value") if layout.choice else ("missing_value",)
    reasons = ["cut_short"] if layout.kind == "jsonl" else ["fields_missing", "fields_extra"]
    reasons += ["impossible_date", "missing_key"]
    reasons += ["wrong_type"] if layout.number else []
    reasons += ["unknown_value"] if layout.choice else []
    reasons += ["bad_bytes"] if layout.kind == "csv" and layout.encoding == "utf-8" else []
    reasons += ["no_close_date"] if layout.stream == "deals" else []
    reasons += ["rounded_id"] if layout.stream in _ROUNDED else []
    return reasons


def insert_defects(
    layout: Layout, data: bytes, broken: Sequence[Defect]
) -> tuple[bytes, list[tuple[int, str]]]:
    """A CSV or JSONL file with its broken lines put in; also the line and reason of each."""
    lines = data.splitlines(keepends=True)
    first = 1 if layout.kind == "csv" else 0
    if len(lines) <= first:
        return data, []
    make: Callable[[Defect], bytes]
    if layout.kind == "csv":
        header, template = (next(_reader(layout, lines[i])) for i in (0, 1))
        make = lambda defect: _broken_csv(layout, dict(zip(header, template, strict=True)), defect)  # noqa: E731
    else:
        model = json.loads(lines[0])
        make = lambda defect: _broken_json(layout, model, defect)  # noqa: E731
    spots = sorted(
        (first + int(defect.place * (len(lines) - first)), defect.number, defect)
        for defect in broken
    )
    out, at, marks = [], 0, []
    for spot, _, defect in spots:
        out += lines[at:spot]
        at = spot
        out.append(make(defect))
        marks.append((len(out), defect.reason))
    return b"".join(out + lines[at:]), marks


def _reader(layout: Layout, line: bytes) -> csv.Reader:  # type: ignore[name-defined]
    return csv.reader(io.StringIO(line.decode(layout.encoding)), delimiter=layout.delimiter)


def defect_key(defect: Defect) -> str:
    """The key of a broken line, which no good line has."""
    return f"ROTO-{defect.number:04d}"


def _broken_csv(layout: Layout, row: dict[str, str], defect: Defect) -> bytes:
    row[layout.identity] = defect_key(defect)
    if defect.reason == "impossible_date":
        row[layout.moment] = "31/02/2026 10:00" if layout.local_times else "2026-02-31T10:00:00Z"
    elif defect.reason == "missing_key":
        row[layout.identity] = ""
    elif defect.reason == "wrong_type":
        row[layout.number] = "doce mil"
    elif defect.reason == "unknown_value":
        row[layout.choice] = "Quizá" if layout.encoding == "latin-1" else "MAYBE"
    elif defect.reason == "rounded_id":
        row[layout.identity] = ROUNDED_ID
    elif defect.reason == "no_close_date":
        row |= {"Estado": "Ganada", "Cerrado": ""}
    cells = list(row.values())
    if defect.reason == "fields_missing":
        cells = cells[:-2]
    elif defect.reason == "fields_extra":
        cells += ["sobra", "sobra"]
    text = io.StringIO()
    csv.writer(text, delimiter=layout.delimiter, lineterminator="\n").writerow(cells)
    line = text.getvalue().encode(layout.encoding)
    if defect.reason == "bad_bytes":
        line = line.replace(defect_key(defect).encode(), defect_key(defect).encode() + BAD_BYTES, 1)
    return line


def _broken_json(layout: Layout, model: Mapping[str, object], defect: Defect) -> bytes:
    row = dict(model) | {layout.identity: defect_key(defect)}
    if defect.reason == "impossible_date":
        row[layout.moment] = "2026-02-31T10:00:00Z"
    elif defect.reason == "missing_key":
        row[layout.identity] = None
    elif defect.reason == "unknown_value":
        row[layout.choice] = "maybe"
    elif defect.reason == "rounded_id":
        row[layout.identity] = float(ROUNDED_ID)
    line = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    if defect.reason == "cut_short":
        line = line[: len(line) // 2]
    return line.encode() + b"\n"
