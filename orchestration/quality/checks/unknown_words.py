"""Gate 3: words of open vocabularies that nobody knows: outcomes, channels, directions, reasons for a loss.

Closed vocabularies are the contract's: rows with another word go to quarantine while they land.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from orchestration.core.words import fold, folded
from orchestration.privacy.redaction import without_contacts
from orchestration.quality.databases import identifier, literal
from orchestration.quality.landed_columns import landed, newest_rows
from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import check
from orchestration.quality.subjects import Definitions, GateInput
from orchestration.settings.contract import ContractColumn, StreamContract
from orchestration.settings.contract_loading import load_contract

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LISTED, _LONGEST = 5, 40
"""Words that a result shows, and characters of each."""


@dataclass(frozen=True)
class _Word:
    """A word as a source spells it, and how many of its rows have it."""

    source: str
    text: str
    rows: int


def word_names(definitions: Definitions) -> Mapping[str, str]:
    """One check per column of an open vocabulary."""
    return {_name(stream, column): stream.name for stream, column in _columns()}


@check(
    gate=3,
    name="words.<stream>.<column>",
    on="each stream",
    names=word_names,
    policy="warn",
    remedy="Add the words to the seed that lists them, or map them to a known word or one spelling with `map` in "
    "embudo.yml.",
)
def unknown_words(candidate: GateInput) -> Iterator[Finding]:
    """Words that neither the contract nor the seed of their column knows, by source; in columns of the company's own
    words, one word in several spellings. They are compared without case, blanks, accents, underscores and hyphens.
    """
    with candidate.databases.open() as connection:
        for stream, column in _columns():
            name, known = _name(stream, column), _known(connection, column)
            reported = False
            for source, words in _reported(connection, stream, column, known).items():
                reported = True
                yield _finding(connection, stream, column, source, words, known)
            if not reported:
                yield Finding(
                    passed=True,
                    name=name,
                    subject=stream.name,
                    observed="every word is known, or there are none",
                    expected=_expected(column, known),
                )


def _columns() -> list[tuple[StreamContract, ContractColumn]]:
    return [
        (stream, column)
        for stream in load_contract().values()
        for column in stream.columns
        if column.has_words
    ]


def _name(stream: StreamContract, column: ContractColumn) -> str:
    return f"words.{stream.name}.{column.name}"


def _known(connection: DuckDBPyConnection, column: ContractColumn) -> Sequence[str]:
    """The known words; none for a column of the company's own."""
    if column.words_in is None:
        return column.words
    seed, _, words = column.words_in.partition(".")
    rows = connection.execute(
        f"select distinct {identifier(words)} from warehouse.seeds.{identifier(seed)} order by 1"
    ).fetchall()
    return [str(word) for (word,) in rows if word is not None]


def _expected(column: ContractColumn, known: Sequence[str]) -> str:
    return f"one of {', '.join(known)}" if known else "one spelling of each word"


def _reported(
    connection: DuckDBPyConnection,
    stream: StreamContract,
    column: ContractColumn,
    known: Sequence[str],
) -> dict[str, list[_Word]]:
    """Source to the words that are reported, the most frequent first."""
    name = identifier(column.name)
    if column.own_words:
        is_reported = (
            "(_source, word) in "
            "(select (_source, word) from words group by _source, word having count(*) > 1)"
        )
    else:
        is_reported = f"word not in ({', '.join(literal(fold(word)) for word in known) or 'null'})"
    query = """
        with words as (
            select _source, trim({name}) as text, {word} as word, count(*) as row_count
            from ({rows}) where trim({name}) <> '' group by all
        )
        select _source, text, row_count from words where {is_reported}
        order by _source, row_count desc, text
    """
    every_version = f"select _source, {name} from {landed(stream.name)} where not _is_deleted"
    for rows in (every_version, newest_rows(stream, ["_source", column.name])):
        counted = connection.execute(
            query.format(name=name, word=folded(name), rows=rows, is_reported=is_reported)
        ).fetchall()
        if not counted:
            return {}
    words: dict[str, list[_Word]] = {}
    for source, text, count in counted:
        words.setdefault(str(source), []).append(_Word(str(source), str(text), int(count)))
    return words


def _finding(
    connection: DuckDBPyConnection,
    stream: StreamContract,
    column: ContractColumn,
    source: str,
    words: Sequence[_Word],
    known: Sequence[str],
) -> Finding:
    counted = connection.execute(
        f"select count({identifier(column.name)}) from ({newest_rows(stream, ['_source', column.name])}) "
        "where _source = ?",
        [source],
    ).fetchone()
    rows, total = sum(word.rows for word in words), int(counted[0]) if counted else 0
    listed = ", ".join(_shown(word, known) for word in words[:_LISTED])
    more = f" and {len(words) - _LISTED:,} more" if len(words) > _LISTED else ""
    what = "words in several spellings" if column.own_words else "unknown words"
    return Finding(
        passed=False,
        severity="warn",
        name=_name(stream, column),
        subject=f"{source}.{stream.name}",
        observed=f"{rows:,} of {total:,} rows ({rows / max(total, 1):.1%}) have {what} in {column.name}: "
        f"{listed}{more}",
        expected=_expected(column, known),
        failures=rows,
        remedy=_remedy(column),
    )


def _shown(word: _Word, known: Sequence[str]) -> str:
    """A word with its rows, without contact data, and the known word that it may be a slip of."""
    text = without_contacts(word.text)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    near = get_close_matches(
        fold(word.text), [fold(candidate_word) for candidate_word in known], n=1, cutoff=0.75
    )
    nearest = next(
        (candidate_word for candidate_word in known if near and fold(candidate_word) == near[0]),
        None,
    )
    return f"'{text}' ({word.rows:,}{f', nearest: {nearest}' if nearest else ''})"


def _remedy(column: ContractColumn) -> str:
    if column.own_words:
        return (
            f"Figures by {column.name} count each spelling apart: give them one with `map` in embudo.yml, "
            "or in the source."
        )
    if column.words_in is None:
        return f"Nothing is done with such a {column.name}: map it to a known word with `map` in embudo.yml."
    seed = column.words_in.partition(".")[0]
    return (
        f"Add them to seeds/{seed}.csv with what they mean, or map them to a known word with `map` in embudo.yml; "
        "until then figures show them as they are, and nothing that the seed says of a word applies to them."
    )
