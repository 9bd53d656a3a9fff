"""Addresses and names of persons in the spellings in which exports have them, and a search that knows none of them.

The search compares what is left of a text without case, accents and everything but letters and digits; how Embudo finds
addresses is not used.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody outside the company; `number` has nine national digits."""

    contact: str
    full_name: str
    email: str
    number: str

    @property
    def needles(self) -> tuple[str, ...]:
        """What must stand nowhere, as `collapsed` leaves it."""
        words = self.full_name.split()
        local = self.email.partition("@")[0].partition("+")[0]
        return (
            collapsed(self.full_name),
            collapsed(" ".join([*words[1:], words[0]])),
            collapsed(local),
            self.number,
        )

    def emails(self) -> dict[str, str]:
        """Kind of spelling to the e-mail in it."""
        local, _, domain = self.email.partition("@")
        return {
            "plain": self.email,
            "capitals": self.email.upper(),
            "with name": f'"{self.full_name}" <{self.email}>',
            "mailto": f"mailto:{self.email}",
            "link": f"<a href='mailto:{self.email}?subject=hi'>x</a>",
            "list": f"otra@empresa.example; {self.email}, tercera@empresa.example",
            "trailing dot": f"{self.email}.",
            "plus tag": f"{local}+news@{domain}",
            "escaped": self.email.replace("@", "%40"),
            "inner blanks": f" {local} @ {domain} ",
            "blank before": f"{local} @{domain}",
            "in brackets": f"{local} (at) {domain}",
            "in square brackets": f"{local}[at]{domain.replace('.', '[dot]')}",
            "in words": f"{local} at {domain}",
            "in Spanish words": f"{local} arroba {domain}",
            "in a sentence": f"Escribir a {self.email}, por favor",
        }

    def phones(self) -> dict[str, str]:
        """Kind of spelling to the phone in it."""
        one = self.number
        three = f"{one[:3]} {one[3:6]} {one[6:]}"
        return {
            "plain": one,
            "groups of three": three,
            "groups of two": f"{one[:3]} {one[3:5]} {one[5:7]} {one[7:]}",
            "landline groups": f"{one[:2]} {one[2:5]} {one[5:7]} {one[7:]}",
            "hyphens": three.replace(" ", "-"),
            "dots": three.replace(" ", "."),
            "brackets": f"({one[:3]}) {one[3:6]}-{one[6:]}",
            "plus": f"+34{one}",
            "plus and blanks": f"+34 {three}",
            "bracketed prefix": f"(+34) {one}",
            "trunk zero": f"+34 (0){three}",
            "two zeros": f"0034{one}",
            "two zeros and blanks": f"00 34 {three}",
            "bare prefix": f"34{one}",
            "leading zero": f"0{one}",
            "leading zeros": f"000{one}",
            "two phones": f"{one} / 910000111",
            "two phones after a blank": f"910000111 {one}",
            "as a number": f"{one}.0",
            "link": f"tel:+34-{three.replace(' ', '-')}",
            "in a sentence": f"Llamar al {three} el lunes",
        }

    def names(self) -> dict[str, str]:
        """Kind of spelling to the full name in it."""
        words = self.full_name.split()
        return {
            "plain": self.full_name,
            "capitals": self.full_name.upper(),
            "without accents": plain(self.full_name),
            "surname first": f"{' '.join(words[1:])}, {words[0]}",
            "two blanks": "  ".join(words),
            "decomposed": unicodedata.normalize("NFD", self.full_name),
            "dots": plain(self.full_name).lower().replace(" ", "."),
            "underscores": plain(self.full_name).lower().replace(" ", "_"),
            "one-person company": f"{self.full_name} (autónomo)",
            "in a sentence": f"{self.full_name} no contesta",
        }

    def spellings(self) -> dict[str, str]:
        """All of them, by kind."""
        kinds = {"email": self.emails(), "phone": self.phones(), "name": self.names()}
        return {
            f"{kind}: {name}": text for kind, found in kinds.items() for name, text in found.items()
        }


PEOPLE = (
    Person("C-1", "Jesús Sánchez Garrido", "jesus.sanchez106@correo.example", "605129071"),
    Person("C-2", "Íñigo Muñoz Peñalba", "inigo_munoz@dominio-largo.example", "699423817"),
    Person("C-3", "Wanda Szczęsny", "wszczesny77@natural.co.example", "913456782"),
)


def plain(text: str) -> str:
    """A text without accents."""
    marked = unicodedata.normalize("NFD", text)
    return "".join(one for one in marked if unicodedata.category(one) != "Mn")


def collapsed(text: str) -> str:
    """The letters and digits of a text, without case and accents."""
    return re.sub(r"[\W_]", "", plain(text.replace("%20", " ")).lower())


def needles_in(text: str, people: Iterable[Person] = PEOPLE) -> list[str]:
    """What of the persons stands in a text, however it is spelled."""
    left = collapsed(text)
    return [needle for person in people for needle in person.needles if needle in left]
