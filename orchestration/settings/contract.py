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
    minimum: int | None = None
    """The least value that there can be."""
    address: Address | None = None
    within: str | None = None
    """The column that an address is read within: the country of a phone, the network of a handle."""
    refers_to: str | None = None
    """The stream of persons whose key it holds."""
    free_text: bool = False
    """Whether a person may be named in it."""

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
