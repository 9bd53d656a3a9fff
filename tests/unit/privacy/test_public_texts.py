"""Texts of marts searched for addresses and names, and masked."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.privacy.private_values import PrivateValues
from orchestration.privacy.public_texts import find, found_in_texts, mask_marts, tails_of
from tests.unit.privacy.private_company import attached, make

TEXTS = {
    "Llamar a 605 12 90 71 o jesus@correo.example": "Llamar a *** o ***",
    "SANCHEZ GARRIDO, Jesús no contesta": "*** no contesta",
    "Jesús Sánchez Garrido (autónomo)": "*** (autónomo)",
    "Ana Rey": "***",
    "ana.ruiz at correo.example": "***",
    "meet us at expo.com": "meet us at expo.com",
    "Ana Gil lo lleva": "Ana Gil lo lleva",
    "Hotel Central": "Hotel Central",
    "Jesús Sánchez": "Jesús Sánchez",
    "2026-05-31 10:00, pedido 2026/00123": "2026-05-31 10:00, pedido 2026/00123",
    "2 cajas @ 3.50": "2 cajas @ 3.50",
}


def test_free_texts_are_masked_and_nothing_else(tmp_path: Path) -> None:
    files = make(
        tmp_path,
        {"deals.lost_reason": list(TEXTS), "rows.rep_version_key": ["a:U1@2026-05-31 08:00:00"]},
    )
    changed = sum(masked != text for text, masked in TEXTS.items())
    assert mask_marts(*files, memory_limit="200MB") == changed
    with duckdb.connect(str(files[1])) as connection:
        rows = connection.execute("select lost_reason from core.deals order by rowid").fetchall()
    assert [row[0] for row in rows] == list(TEXTS.values())
    with attached(*files) as connection:
        assert find(connection, PrivateValues.of(connection)) == {}
    assert mask_marts(*files, memory_limit="200MB") == 0


def test_keys_are_found_and_never_masked(tmp_path: Path) -> None:
    keys = [
        "crm:ana@x.example",
        "crm:+34677000111",
        "crm:605129071",
        "crm:Ana Ruiz",
        "crm:D0012345",
        "b:2026-05-31|1",
    ]
    files = make(tmp_path, {"deals.deal_key": keys})
    assert mask_marts(*files, memory_limit="200MB") == 0
    with attached(*files) as connection:
        (found,) = find(connection, PrivateValues.of(connection)).values()
    assert {one.value: one.kinds for one in found} == {
        "crm:ana@x.example": ("e-mail",),
        "crm:+34677000111": ("phone",),
        "crm:605129071": ("phone",),
        "crm:Ana Ruiz": ("name",),
    }
    assert "ana" not in repr(found[0]).lower()


def test_names_leave_where_the_settings_say_so(tmp_path: Path) -> None:
    files = make(tmp_path, {"deals.lost_reason": ["Ana Ruiz", "x@y.example"]}, names_leave=True)
    with attached(*files) as connection:
        (found,) = find(connection, PrivateValues.of(connection)).values()
    assert [one.kinds for one in found] == [("e-mail",)]


def test_figures_in_words_are_no_phones(tmp_path: Path) -> None:
    """Of texts that the refresh writes, a number counts where it is somebody's."""
    texts = ["Revenue 699123456 EUR, +12345678901", "call 605129071"]
    files = make(tmp_path, {"alerts.what": texts})
    with attached(*files) as connection:
        (found,) = find(connection, PrivateValues.of(connection), strict=True).values()
        (named,) = found_in_texts(connection, PrivateValues.of(connection), texts)
    assert [one.value for one in found] == [texts[1]] == [named.value]


def test_ends_of_numbers() -> None:
    assert list(tails_of("0034605129071", 9)) == ["605129071"]
    assert list(tails_of("12345", 9)) == []
    assert "605129071" in list(tails_of("910000111 / 605129071", 9))
