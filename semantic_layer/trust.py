"""How far an answer can be trusted: what `release.json` records of the release that it came from (I8).

Deciding a verdict is the gate's; here it is only read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.core.errors import ReleaseCorrupt
from orchestration.core.records import ReleaseWarning
from semantic_layer.records import Lineage, Trust
from semantic_layer.warehouse import Warehouse

RELEASE_FILE = "release.json"


@dataclass(frozen=True, kw_only=True)
class ReleaseFacts:
    """What is known of a release, whatever the metrics. Times are UTC."""

    release_id: str
    verdict: str
    as_of: datetime | None = None
    published_at: datetime | None = None
    draft: bool = False
    currency: str = ""
    time_zone: str = "UTC"
    streams: Mapping[str, datetime | None] = field(default_factory=dict)
    accepted: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[ReleaseWarning, ...] = ()

    @property
    def as_of_day(self) -> date | None:
        """The data-as-of day in the reporting time zone."""
        return self.as_of.astimezone(ZoneInfo(self.time_zone)).date() if self.as_of else None

    def trust(self, lineage: Lineage | None = None) -> Trust:
        """The part that concerns metrics with this behind them; without it, the release as a whole, without streams."""
        streams = lineage.streams if lineage else ()
        warnings = tuple(
            warning for warning in self.warnings if lineage is None or concerns(warning, lineage)
        )
        elsewhere = {warning.title for warning in self.warnings}
        elsewhere -= {warning.title for warning in warnings}
        return Trust(
            release_id=self.release_id,
            as_of=self.as_of,
            verdict=self.verdict,
            published_at=self.published_at,
            draft=self.draft,
            accepted={title: why for title, why in self.accepted.items() if title not in elsewhere},
            streams={
                name: at
                for name, at in sorted(self.streams.items())
                if name.rpartition(".")[2] in streams
            },
            warnings=warnings,
        )


def concerns(warning: ReleaseWarning, lineage: Lineage) -> bool:
    """Whether what a warning is about feeds metrics with this lineage; one that names nothing concerns all."""
    if not warning.streams and not warning.models:
        return True
    streams = {name.rpartition(".")[2] for name in warning.streams}
    tables = {*lineage.models, *lineage.through, *lineage.seeds}
    return not streams.isdisjoint(lineage.streams) or not tables.isdisjoint(warning.models)


def read_release(release_dir: Path, *, warehouse: Warehouse, draft: bool = False) -> ReleaseFacts:
    """Read `release.json`; a candidate has none yet, and its verdict is `none`."""
    path = release_dir / RELEASE_FILE
    if draft and not path.exists():
        return ReleaseFacts(release_id=release_dir.name, verdict="none", draft=True)
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        streams = {str(name): utc(at) for name, at in (facts.get("streams") or {}).items()}
        return ReleaseFacts(
            release_id=str(facts["release_id"]),
            verdict=str(facts["verdict"]),
            as_of=utc(facts.get("as_of")),
            published_at=utc(facts.get("published_at")),
            draft=draft,
            currency=str(facts.get("currency") or ""),
            time_zone=str(facts.get("time_zone") or "UTC"),
            streams=streams or _loads(warehouse),
            accepted={str(k): str(why) for k, why in (facts.get("accepted") or {}).items()},
            warnings=tuple(
                ReleaseWarning.from_fields(warning) for warning in facts.get("warnings") or ()
            ),
        )
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise ReleaseCorrupt(
            f"{path} is missing or corrupt ({type(error).__name__}: {error}). `embudo releases` "
            "lists the other releases; `embudo rollback` returns to one of them."
        ) from error


def utc(text: str | None) -> datetime | None:
    """A time from its ISO text; one without an offset is UTC."""
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _loads(warehouse: Warehouse) -> dict[str, datetime | None]:
    """The last load of each stream as the marts record it, where they do."""
    if not warehouse.has_table("quality", "loads"):
        return {}
    sql = (
        "select source || '.' || stream as stream, max(landed_at) as landed_at "
        "from marts.quality.loads group by 1"
    )
    rows = warehouse.query(sql).to_pylist()
    return {
        str(row["stream"]): row["landed_at"].replace(tzinfo=UTC) if row["landed_at"] else None
        for row in rows
    }
