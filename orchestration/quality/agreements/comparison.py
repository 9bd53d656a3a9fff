"""One comparison of two streams: the rows that can be compared, and those of them on which the streams disagree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.quality.kept_shares import Share
from orchestration.quality.landed_columns import landed
from orchestration.quality.masking import SAMPLES, shown

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Comparison:
    """Rows of stream `of` beside those of `beside`.

    `sql` takes the number of a load and selects `source`, `key` and `is_wrong` of each row that came after it and can
    be compared. `text` says of rows what is wrong with them, in the plural. `stops`: whether rows of which most
    disagree stop a release, where earlier ones agreed.
    """

    of: str
    beside: str
    text: str
    sql: Callable[[int], str]
    stops: bool = True

    @property
    def check(self) -> str:
        """The name of the check that it belongs to."""
        return f"agree.{self.of}.{self.beside}"

    @property
    def name(self) -> str:
        """By which a release keeps its shares."""
        return f"{self.check}: {self.text}"


@dataclass(frozen=True)
class Compared:
    """The compared rows of one source, and some on which the streams disagree."""

    source: str
    share: Share
    keys: tuple[str, ...]


def compare(
    connection: DuckDBPyConnection, comparison: Comparison, *, since: int
) -> Iterator[Compared]:
    """Each source with rows that came after load number `since` and can be compared; none where a stream is empty."""
    if not (
        _has_rows(connection, comparison.of, since) and _has_rows(connection, comparison.beside, -1)
    ):
        return
    rows = connection.execute(f"""
        select source, count(*), count(*) filter (is_wrong), list(key order by key) filter (is_wrong)[:{SAMPLES}]
        from ({comparison.sql(since)}) where is_wrong is not null group by source order by source
    """).fetchall()
    for source, count, wrong, keys in rows:
        yield Compared(str(source), Share(int(count), int(wrong)), shown(keys or ()))


def _has_rows(connection: DuckDBPyConnection, stream: str, since: int) -> bool:
    query = f"select 1 from {landed(stream)} where _load_seq > {since} limit 1"
    return connection.execute(query).fetchone() is not None


def new_keys(stream: str, column: str, since: int) -> str:
    """A SELECT of the keys of a stream's rows that came after a load, as marts show them."""
    return f"select _source || ':' || {column} from {landed(stream)} where _load_seq > {since}"


def source_of(column: str) -> str:
    """SQL of the source in a key of a mart."""
    return f"split_part({column}, ':', 1)"
