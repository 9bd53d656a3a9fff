"""The contract of a stream: its columns, types, keys, rules and personal data, as frozen records.

Reading them from the dbt source YAML belongs to `contract_loading`, checking rows against them to
`orchestration.ingestion.contract_checks`.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.settings.personal_data import IDENTIFYING, Address, Role


@dataclass(frozen=True)
class ContractColumn:
    """A column of a stream. `data_type` is DuckDB's: varchar, bigint, decimal(18,4), boolean, date,
    timestamp.
    """

    name: str
    data_type: str
    required: bool = False
    accepted_values: tuple[str, ...] = ()
    """The only words that it may hold: a row with another goes to quarantine."""
    words: tuple[str, ...] = ()
    """The words that are known: a row with another lands, and is reported."""
    words_in: str | None = None
    """The seed and its column that list the known words, e.g. `channels.channel`."""
    own_words: bool = False
    """Whether its words are the company's own: only one word in several spellings is reported."""
    minimum: int | None = None
    """The least value that there can be."""
    address: Address | None = None
    within: str | None = None
    """The column that an address is read within: the country of a phone, the network of a handle."""
    refers_to: str | None = None
    """The stream of persons whose key it holds."""
    free_text: bool = False
    """Whether a person may be named in it."""
    key_of: str | None = None
    """The stream whose key it holds, where that is not one of persons outside (`refers_to`)."""
    also_by: tuple[str, ...] = ()
    """Other columns of that stream by which its row is found."""

    @property
    def target(self) -> str | None:
        """The stream whose key it holds."""
        return self.refers_to or self.key_of

    @property
    def spellings(self) -> tuple[str, ...]:
        """Words that land in the spelling of the contract, however a file spells them."""
        return self.accepted_values or self.words

    @property
    def is_word(self) -> bool:
        """Whether it holds words of a vocabulary, closed or open."""
        return bool(self.accepted_values) or self.has_words

    @property
    def has_words(self) -> bool:
        """Whether its words are reported where they are unknown or spelled in several ways."""
        return bool(self.words or self.words_in or self.own_words)

    @property
    def is_private(self) -> bool:
        """Whether its values may not be shown in a reason."""
        return self.address not in (None, "none")

    @property
    def identifies(self) -> bool:
        """Whether a person can be found by its values."""
        return self.address in IDENTIFYING


@dataclass(frozen=True)
class Rule:
    """A condition over a stream's columns that holds for each row; unknown counts as true.

    `reason` is SQL of what is wrong with a row, where that explains more than `expected`; it shows no private column.
    """

    name: str
    check: str
    expected: str
    reason: str = ""


@dataclass(frozen=True)
class StreamContract:
    """What a stream is made of; `columns` leaves out what ingestion adds, `landed` has it all."""

    name: str
    columns: tuple[ContractColumn, ...]
    added: tuple[ContractColumn, ...]
    keys: tuple[str, ...] = ()
    keys_repeat: bool = False
    """Whether rows of the same key in a file add up, instead of replacing one another."""
    newest_by: str | None = None
    business_times: tuple[str, ...] = ()
    in_order: tuple[str, ...] = ()
    """Times of which none is before one that stands in front of it."""
    rules: tuple[Rule, ...] = ()
    personal: Role | None = None
    """Whose rows they are; None where the stream holds nothing of a person."""

    @property
    def is_erased(self) -> bool:
        """Whether its rows go with the person whom they are about."""
        return self.personal in ("subject", "owned")

    @property
    def addresses(self) -> tuple[ContractColumn, ...]:
        """Columns by whose values a person is found."""
        return tuple(column for column in self.columns if column.identifies)

    @property
    def references(self) -> tuple[ContractColumn, ...]:
        """Columns that hold the key of a person in another stream."""
        return tuple(column for column in self.columns if column.refers_to is not None)

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of the text columns that hold a key of this or another stream."""
        return tuple(
            column.name
            for column in self.columns
            if column.data_type == "varchar" and column.name.endswith("_id")
        )

    @property
    def free_texts(self) -> tuple[str, ...]:
        """Names of the columns in which a person may be named, those that ingestion adds included."""
        return tuple(column.name for column in self.landed if column.free_text)

    @property
    def landed(self) -> tuple[ContractColumn, ...]:
        """All columns of a landed row, in the contract's order."""
        return self.columns + self.added

    def column(self, name: str) -> ContractColumn:
        """The column called `name`."""
        return next(column for column in self.columns if column.name == name)
