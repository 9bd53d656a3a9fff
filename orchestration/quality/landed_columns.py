"""Landed rows as figures see them, as SQL over a candidate's warehouse: the newest version of each, deleted ones apart.

What is checked of their values belongs to `checks`.
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.privacy.addresses import public_id_sql
from orchestration.quality.databases import NATIONAL_NUMBER, identifier
from orchestration.settings.contract import StreamContract
from orchestration.settings.contract_loading import load_contract


def landed(stream: str) -> str:
    """The relation of a stream's landed rows, every version of each."""
    return f"warehouse.landing.{identifier(stream)}"


def public_column(column: str) -> str:
    """A column as the keys of marts show it: ids that are or hold an address hashed."""
    table, _, bare = column.rpartition(".")
    name = f"{table}.{identifier(bare)}" if table else identifier(bare)
    if not bare.endswith("_id"):
        return name
    persons = {one.keys for one in load_contract().values() if one.personal == "subject"}
    return public_id_sql(name, NATIONAL_NUMBER, of_person=(bare,) in persons)


def newest_rows(stream: StreamContract, columns: Sequence[str], *, where: str = "true") -> str:
    """A SELECT of `columns` of each row that counts, of the versions for which `where` holds; lines of one file that
    share a key add up where the contract says that keys repeat.
    """
    order = [f"{identifier(stream.newest_by)} desc nulls last"] if stream.newest_by else []
    order += ["_file desc", "_load_seq desc"]
    if not stream.keys_repeat:
        order.append("_line desc")
    keys = ", ".join(["_source", *(identifier(key) for key in stream.keys)])
    number = "rank()" if stream.keys_repeat else "row_number()"
    return f"""
        select {", ".join(identifier(column) for column in columns)} from (
            select * from {landed(stream.name)} where {where}
            qualify {number} over (partition by {keys} order by {", ".join(order)}) = 1
        ) where not _is_deleted
    """
