"""`make messages`: the Spanish catalogue from the texts that the code marks with `N_`.

Texts that are new get an empty translation, to be filled in by hand in the `.po` file; those that are gone are
dropped. Run it again after editing translations: the compiled `.mo` is what the program reads.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from semantic_layer.translation import DOMAIN, LOCALE

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("orchestration", "scorecards", "semantic_layer")
_CREATED = datetime(2026, 11, 29, tzinfo=UTC)
"""Fixed, so that the files change only with the texts."""
CATALOGUE = LOCALE / "es" / "LC_MESSAGES" / f"{DOMAIN}.po"


def updated() -> Catalog:
    """The Spanish catalogue with exactly the texts of the code."""
    with CATALOGUE.open("rb") as file:
        known = read_po(file, locale="es", domain=DOMAIN)
    catalogue = Catalog(
        locale="es",
        domain=DOMAIN,
        header_comment="# Spanish texts. `make messages` updates this file; translations are edited here.",
        project="embudo",
        version="0.1.0",
        msgid_bugs_address="",
        last_translator="",
        language_team="es",
        creation_date=_CREATED,
        revision_date=_CREATED,
        fuzzy=False,
    )
    for package in PACKAGES:
        for path, _, text, _, _ in extract_from_dir(ROOT / package, keywords={"N_": None}):
            message = known.get(text)
            translation = message.string if message else ""
            catalogue.add(text, translation, locations=[(f"{package}/{path}", 0)])
    return catalogue


def po_text(catalogue: Catalog) -> bytes:
    """The catalogue as its `.po` file, in alphabetical order."""
    file = io.BytesIO()
    write_po(file, catalogue, sort_output=True, include_lineno=False, omit_header=False, width=100)
    return file.getvalue()


def mo_content(catalogue: Catalog) -> bytes:
    """The catalogue as its `.mo` file."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    """The texts that have no Spanish."""
    return sorted(str(message.id) for message in catalogue if message.id and not message.string)


def main() -> None:
    """Write both files; exits with 1 where a text has no Spanish."""
    catalogue = updated()
    CATALOGUE.write_bytes(po_text(catalogue))
    CATALOGUE.with_suffix(".mo").write_bytes(mo_content(catalogue))
    lacking = untranslated(catalogue)
    lines = [f"{len(catalogue)} texts, {len(lacking)} without Spanish", *lacking]
    sys.stdout.write("\n  ".join(lines) + "\n")
    sys.exit(bool(lacking))


if __name__ == "__main__":
    main()
