"""What is wrong with the exports on purpose: rows sent again, and lines that cannot be read.

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

# Share of rows that a later export sends once more: the same row, or by then an older version of it.
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
BAD_BYTES = b"\xff\xfe\xfa"


@dataclass(frozen=True)
class Broken:
    """A line to be broken: on which day it is exported, how, and where in its file (0 first, 1 last)."""

    day: int
    reason: str
    place: float
    number: int


def with_repeats(stream: str, frame: Frame, *, seed: int) -> Frame:
    """The rows, and after them those that later exports send again."""
    rng = generator(seed, f"repeats {stream}")
    again = np.flatnonzero(rng.random(len(frame)) < _REPEATS.get(stream, 0.0))
    later = frame.take(again)
    return stack([frame, later.first_known(later.known_on + rng.integers(1, 45, len(again)))])


def plan_broken(layout: Layout, frame: Frame, clock: Clock, *, seed: int) -> list[Broken]:
    """Broken lines of a stream, in the order of their days; none where it has few rows."""
    reasons = _reasons(layout)
    days = frame.known_on[frame.known_on <= clock.last_day]
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
        Broken(int(day), reasons[index % len(reasons)], float(places[index]), index)
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
    return reasons


def break_text(
    layout: Layout, data: bytes, broken: Sequence[Broken]
) -> tuple[bytes, list[tuple[int, str]]]:
    """A CSV or JSONL file with its broken lines put in; also the line and reason of each."""
    lines = data.splitlines(keepends=True)
    first = 1 if layout.kind == "csv" else 0
    if len(lines) <= first:
        return data, []
    make: Callable[[Broken], bytes]
    if layout.kind == "csv":
        header, template = (next(_reader(layout, lines[i])) for i in (0, 1))
        make = lambda one: _broken_csv(layout, dict(zip(header, template, strict=True)), one)  # noqa: E731
    else:
        model = json.loads(lines[0])
        make = lambda one: _broken_json(layout, model, one)  # noqa: E731
    spots = sorted(
        (first + int(one.place * (len(lines) - first)), one.number, one) for one in broken
    )
    out, at, found = [], 0, []
    for spot, _, one in spots:
        out += lines[at:spot]
        at = spot
        out.append(make(one))
        found.append((len(out), one.reason))
    return b"".join(out + lines[at:]), found


def _reader(layout: Layout, line: bytes) -> csv.Reader:  # type: ignore[name-defined]
    return csv.reader(io.StringIO(line.decode(layout.encoding)), delimiter=layout.delimiter)


def key_of(one: Broken) -> str:
    """The key that a broken line has instead of a good one's."""
    return f"ROTO-{one.number:04d}"


def _broken_csv(layout: Layout, row: dict[str, str], one: Broken) -> bytes:
    row[layout.identity] = key_of(one)
    if one.reason == "impossible_date":
        row[layout.moment] = "31/02/2026 10:00" if layout.local_times else "2026-02-31T10:00:00Z"
    elif one.reason == "missing_key":
        row[layout.identity] = ""
    elif one.reason == "wrong_type":
        row[layout.number] = "doce mil"
    elif one.reason == "unknown_value":
        row[layout.choice] = "Quizá" if layout.encoding == "latin-1" else "MAYBE"
    elif one.reason == "no_close_date":
        row |= {"Estado": "Ganada", "Cerrado": ""}
    cells = list(row.values())
    if one.reason == "fields_missing":
        cells = cells[:-2]
    elif one.reason == "fields_extra":
        cells += ["sobra", "sobra"]
    text = io.StringIO()
    csv.writer(text, delimiter=layout.delimiter, lineterminator="\n").writerow(cells)
    line = text.getvalue().encode(layout.encoding)
    if one.reason == "bad_bytes":
        line = line.replace(key_of(one).encode(), key_of(one).encode() + BAD_BYTES, 1)
    return line


def _broken_json(layout: Layout, model: Mapping[str, object], one: Broken) -> bytes:
    row = dict(model) | {layout.identity: key_of(one)}
    if one.reason == "impossible_date":
        row[layout.moment] = "2026-02-31T10:00:00Z"
    elif one.reason == "missing_key":
        row[layout.identity] = None
    elif one.reason == "unknown_value":
        row[layout.choice] = "maybe"
    line = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    if one.reason == "cut_short":
        line = line[: len(line) // 2]
    return line.encode() + b"\n"
