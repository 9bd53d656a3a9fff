"""Forgetting a person: found, noted, erased from landing, quarantine, every release and all else in the home.

`Erasing` runs the steps in their order under the refresh lock. A note of who is being forgotten lies in the
home, in clear, from the first change to the last: whoever finds it (the same command, or the next refresh)
finishes. What a step does belongs to `ingestion.erasure`, `publication.erasure` and `sweep`.
"""

from __future__ import annotations

import getpass
import json
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration import publication
from orchestration.core.durable_files import settle
from orchestration.core.errors import SettingsInvalid
from orchestration.core.failpoints import failpoint
from orchestration.core.records import Erasure
from orchestration.erasure import landing
from orchestration.erasure.home_files import sweep
from orchestration.erasure.releases import erase_releases
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.parts import record_rewritten_files
from orchestration.privacy import tombstones
from orchestration.privacy.data_subject import Person
from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey
from orchestration.settings import Home, Settings


@dataclass(frozen=True)
class Asked:
    """Whom to forget, as a person types it: e-mails, phones, contact keys (`source:id`)."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Forgotten:
    """What was done, place by place; never who."""

    entered: Erasure
    plan: landing.LandingPlan
    releases: tuple[str, ...] = ()
    rewritten: int = 0
    """Other files of the home that held an address."""
    left: tuple[Path, ...] = ()
    """Exports that rows of the person came from: they are the company's."""


def privacy_key() -> PrivacyKey:
    """The key of the environment; raises `SettingsInvalid` where there is none."""
    key = PrivacyKey.from_environment()
    if key is None:
        raise SettingsInvalid(
            f"Nobody can be forgotten without a privacy key: {KEY_VARIABLE} is not set, and without it no "
            "tombstone can be written that later loads are held against. `embudo init --key` makes one."
        )
    return key


def plan(settings: Settings, home: Home, asked: Asked) -> landing.LandingPlan:
    """What would be erased; changes nothing. Raises `SettingsInvalid` where an address is none."""
    return landing.find(
        home,
        emails=_normalised("email", asked.emails, settings.country),
        phones=_normalised("phone", asked.phones, settings.country),
        contacts=asked.contacts,
        key=privacy_key(),
        country=settings.country,
    )


def forget(settings: Settings, home: Home, asked: Asked) -> Forgotten:
    """Erase a person from everything under the home, and enter the tombstone.

    Takes the refresh lock. Raises `RefreshRunning` while a refresh runs, `SettingsInvalid` without a
    privacy key, `ReleaseCorrupt` where a kept release cannot be read.
    """
    key = privacy_key()
    with publication.refresh_lock(home, run_id="forget"):
        publication.recover(home)
        finish(settings, home)
        found = plan(settings, home, asked)
        known, _ = tombstones.forgotten_hashes(home)
        if not found.loads and known.issuperset(tombstones.hashed(key, found.person.named())):
            return Forgotten(entered=_entered(home), plan=found)
        begun = Erasure(
            erasure_id=f"forget-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            by=_user(),
        )
        _write_note(home, begun, found, settings.country)
        failpoint("forget.noted")
        return _carry_out(settings, home, begun, found, key)


def finish(settings: Settings, home: Home) -> bool:
    """Finish an erasure that was cut short; whether there was one. The caller holds the refresh lock."""
    note = _note(home)
    if not note.exists():
        return False
    found = json.loads(note.read_text(encoding="utf-8"))
    person = Person.from_json(json.dumps(found["person"]))
    plan = landing.LandingPlan(
        person=person, loads=tuple(found["loads"]), erased={}, untied={}, mentions={},
        quarantined=0, files=(), shared=(),
    )  # fmt: skip
    as_begun = settings.model_copy(update={"country": found["country"]})
    _carry_out(as_begun, home, Erasure(**found["erasure"]), plan, privacy_key())
    return True


def _carry_out(
    settings: Settings, home: Home, begun: Erasure, found: landing.LandingPlan, key: PrivacyKey
) -> Forgotten:
    person = found.person
    hashes = tombstones.hashed(key, person.named())
    tombstones.enter(
        home, tombstones.Tombstone(begun.erasure_id, begun.at, begun.by, hashes), key=key
    )
    failpoint("forget.tombstone_entered")
    landing.erase(home, person, loads=found.loads, key=key, country=settings.country)
    failpoint("forget.landing_erased")
    released = erase_releases(home, person, begun)
    failpoint("forget.releases_erased")
    for folder in (home.candidates, home.work, home.scratch, home.root / "dev"):
        shutil.rmtree(folder, ignore_errors=True)
    home.prepare()
    # The note names the person in clear: it goes last, so the sweep leaves it alone.
    spared = {home.releases, home.landing, home.quarantine, home.refresh_lock, _note(home)}
    swept = sweep(home.root, person, sparing=spared, records=home.answers)
    with Ledger(home.ledger) as ledger:
        record_rewritten_files(ledger, swept.changed)
    failpoint("forget.swept")
    left = [*swept.left, *_exports_with(settings, home, found)]
    _note(home).unlink()
    return Forgotten(
        entered=begun,
        plan=found,
        releases=tuple(released),
        rewritten=len(swept.changed),
        left=tuple(dict.fromkeys(left)),
    )


def _entered(home: Home) -> Erasure:
    """The erasure that was entered last."""
    last = tombstones.tombstones(home)[-1]
    return Erasure(erasure_id=last.erasure_id, at=last.at, by=last.by)


def _exports_with(settings: Settings, home: Home, found: landing.LandingPlan) -> list[Path]:
    """Files of the inboxes that rows of the person came from and that are still there.

    Answers of APIs are kept in the home, and swept with it.
    """
    paths = [
        settings.inbox_of(source, home=home) / file
        for source, file in found.files
        if source in settings.sources
    ]
    return [p for p in paths if p.is_file() and not p.is_relative_to(home.root)]


def _normalised(kind: str, given: Sequence[str], country: str) -> list[str]:
    made = []
    for text in given:
        value = landing.normalised(kind, text, country=country)
        if value is None:
            expected = (
                "an address like ana@example.com"
                if kind == "email"
                else (f"a number like +34600111222, or one of {country} without prefix")
            )
            raise SettingsInvalid(f"--{kind}: found {text!r}, expected {expected}.")
        made.append(value)
    return made


def _note(home: Home) -> Path:
    return home.root / "erasing.json"


def _write_note(home: Home, begun: Erasure, found: landing.LandingPlan, country: str) -> None:
    note = _note(home)
    aside = note.with_name(f".{note.name}.tmp")
    text = {
        "erasure": asdict(begun),
        "person": asdict(found.person),
        "loads": list(found.loads),
        "country": country,
    }
    aside.touch(mode=0o600)
    aside.write_text(json.dumps(text), encoding="utf-8")
    settle(aside, note)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
