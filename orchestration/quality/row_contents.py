"""What a landed row says apart from its id: two rows that say the same are one fact under two ids.

Whether many such rows are usual belongs to `checks.content_duplicates`.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.quality.databases import identifier
from orchestration.settings.contract import ContractColumn, StreamContract

_STATES = frozenset({"status", "stage", "outcome", "lost_reason", "lifecycle_stage"})
"""They change while a row lives: an earlier and a later version of one fact differ in them."""

_MORE_IDS = frozenset({"message_id", "recording_url"})
"""Ids of the same row in another place."""

_NAMES = frozenset({"name", "full_name"})
_UNTELLING = frozenset({"users", "products"})
"""Whom many rows share: a rep, a product."""


@dataclass(frozen=True)
class RowContents:
    """The columns of a stream by what they do for the comparison.

    `ids` tell rows apart and are left out, `content` is compared; `owner` is whose row it is, where a user is named.
    """

    stream: StreamContract
    ids: tuple[str, ...]
    content: tuple[str, ...]
    owner: str | None

    @property
    def is_event(self) -> bool:
        """Whether its rows happen once, whichever source tells of them."""
        return bool(self.stream.business_times) and self.stream.newest_by is None

    @property
    def key(self) -> str:
        """SQL of what makes a row another one."""
        if self.stream.keys_repeat:
            return "hash(_source, _file, _line)"
        return f"hash(_source, {_listed(self.stream.keys)})"

    @property
    def shown_key(self) -> str:
        """SQL of the key as a person reads it."""
        keys = ", ".join(f"{identifier(key)}::varchar" for key in self.stream.keys)
        return f"concat_ws('|', {keys})"

    @property
    def fingerprint(self) -> str:
        """SQL of a number that rows of the same content share."""
        source = "" if self.is_event else "_source, "
        moment = self.stream.business_times[0] if self.stream.business_times else None
        columns = [
            # rows that measure something are equal by their day already: an export may move them by a minute
            f"{identifier(column)}::date"
            if column == moment and self._measures()
            else identifier(column)
            for column in self.content
        ]
        return f"hash({source}{', '.join(columns)})"

    @property
    def day(self) -> str:
        """SQL of the day of a row as text, or of its file where the stream has no time."""
        times = self.stream.business_times
        return f"coalesce({identifier(times[0])}::date::varchar, '')" if times else "_file"

    @property
    def is_telling(self) -> str:
        """SQL: whether two rows are hardly equal by chance: they name somebody, and a minute or an amount."""
        who = _those_not_null(self._who())
        times = self.stream.business_times
        exact = [f"{identifier(column.name)} is not null" for column in self._amounts()]
        if times:
            # midnight stands for a day whose hour nobody noted
            exact.append(f"{identifier(times[0])}::timestamp <> {identifier(times[0])}::date")
        else:
            exact.append("true" if any(name in _NAMES for name in self.content) else "false")
        return f"coalesce(({who}) and ({' or '.join(exact)}), false)"

    def _who(self) -> list[str]:
        columns = [self.stream.column(name) for name in self.content]
        targets = {column.name: column.target for column in columns if column.target is not None}
        references = [name for name, target in targets.items() if target not in _UNTELLING]
        facts = [name for name in references if targets[name] != "campaigns"] or references
        return [
            *facts,
            *(column.name for column in columns if column.identifies or column.name in _NAMES),
        ]

    def _measures(self) -> list[str]:
        """Amounts and durations, apart from those that most rows share."""
        measured = ("bigint", "decimal(18,4)")
        columns = [self.stream.column(name) for name in self.content]
        return [
            column.name
            for column in columns
            if column.data_type in measured and self.stream.business_times
        ]

    def _amounts(self) -> list[ContractColumn]:
        columns = [self.stream.column(name) for name in self.content]
        return [column for column in columns if column.data_type.startswith("decimal")]


def contents_of(stream: StreamContract) -> RowContents | None:
    """How rows of a stream are compared; None where all that they say is their key."""
    ids = _ids(stream)
    if not ids and not stream.keys_repeat:
        return None
    content = tuple(
        column.name
        for column in stream.columns
        if column.name not in ids and _is_content(column, stream)
    )
    owner = next((name for name in content if name in ("owner_id", "agent_id")), None)
    return RowContents(stream=stream, ids=ids, content=content, owner=owner)


def _ids(stream: StreamContract) -> tuple[str, ...]:
    """What differs when a row is repeated: its own id, its number, or the id of the first that it belongs to."""
    if stream.keys_repeat:
        return ()
    numbers = tuple(key for key in stream.keys if key.endswith("_no"))
    return numbers or tuple(key for key in stream.keys if key.endswith("_id"))[:1]


def _is_content(column: ContractColumn, stream: StreamContract) -> bool:
    if column.name in stream.keys:
        return True
    if column.name == stream.newest_by or column.name in _STATES | _MORE_IDS:
        return False
    is_later = stream.business_times and column.data_type in ("date", "timestamp")
    return not is_later or column.name == stream.business_times[0]


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(identifier(column) for column in columns)


def _those_not_null(columns: list[str]) -> str:
    return " or ".join(f"{identifier(column)} is not null" for column in columns) or "false"
