"""What the private warehouse knows of persons."""

from __future__ import annotations

from pathlib import Path

from orchestration.privacy.private_values import PrivateValues
from tests.unit.privacy.private_company import attached, make


def test_names_numbers_and_emails_that_are_somebodys(tmp_path: Path) -> None:
    with attached(*make(tmp_path, {})) as connection:
        private = PrivateValues.of(connection)
        assert (private.country, private.names_leave, private.digits) == ("ES", False, 9)
        assert private.known_numbers(connection, {"605129071", "677000111", "000000000"}) == {
            "605129071",
            "677000111",
        }
        assert private.known_emails(connection, {"ana.ruiz@correo.example", "x@y.example"}) == {
            "ana.ruiz@correo.example"
        }
        assert private.names_in(connection, {"Ruiz, Ana", "Ana Gil", "Hotel Central"}) == {
            "Ruiz, Ana": [("ruiz", "ana")]
        }
        assert (
            private.known_numbers(connection, ()) == private.known_emails(connection, ()) == set()
        )
        assert private.names_in(connection, ()) == {}


def test_numbers_that_can_be_dialled() -> None:
    private = PrivateValues("ES")
    assert private.is_national("605129071") and not private.is_national("60512907")
