"""Erasing a person on request: found, noted, erased from landing, quarantine, every release and the rest of the home.

`plan` shows what would go, `forget` erases it, `finish` ends an erasure that was cut short. What a step does belongs
to `landing`, `releases` and `home_files`.
"""

from __future__ import annotations

import getpass
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration import publication
from orchestration.core.errors import SettingsInvalid
from orchestration.core.failpoints import failpoint
from orchestration.core.records import Erasure
from orchestration.erasure.dagster_postgres import clean_postgres
from orchestration.erasure.home_files import clean_files
from orchestration.erasure.landing import erase_landing
from orchestration.erasure.landing_plan import LandingPlan, normalise, plan_landing
from orchestration.erasure.pending import PendingErasure, note_file, read_note, write_note
from orchestration.erasure.releases import erase_releases
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.parts import record_rewritten_files
from orchestration.privacy import tombstones
from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey
from orchestration.settings import Home, Settings

CONTACTS = "contacts"
"""The stream that `--contact` gives a key of."""


@dataclass(frozen=True)
class ErasureRequest:
    """Whom to erase, as a person types it: e-mails, phones, keys of contacts (`source:id`)."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True)
class ErasureResult:
    """What was done, place by place; never who."""

    erasure: Erasure
    plan: LandingPlan
    releases: tuple[str, ...] = ()
    rewritten: int = 0
    """Other files of the home that held an address."""
    left: tuple[Path, ...] = ()
    """Exports that rows of the person came from: they are the company's."""


@dataclass(frozen=True)
class _Erased:
    """Places outside landing that an erasure went through."""

    releases: tuple[str, ...]
    rewritten: int
    left: tuple[Path, ...]


def privacy_key() -> PrivacyKey:
    """The key of the environment; raises `SettingsInvalid` where there is none."""
    key = PrivacyKey.from_environment()
    if key is None:
        raise SettingsInvalid(
            f"Nobody can be forgotten without a privacy key: {KEY_VARIABLE} is not set, and without it no "
            "tombstone can be written that later loads are checked against. `embudo init --key` makes one."
        )
    return key


def plan(settings: Settings, home: Home, request: ErasureRequest) -> LandingPlan:
    """What would be erased; changes nothing. Raises `SettingsInvalid` where an address is none."""
    return plan_landing(
        home,
        emails=_normalised("email", request.emails, settings.country),
        phones=_normalised("phone", request.phones, settings.country),
        keys={CONTACTS: request.contacts},
        key=privacy_key(),
        country=settings.country,
    )


def forget(settings: Settings, home: Home, request: ErasureRequest) -> ErasureResult:
    """Erase a person from everything under the home, and enter the tombstone.

    Takes the refresh lock. Raises `RefreshRunning` while a refresh runs, `SettingsInvalid` without a
    privacy key, `ReleaseCorrupt` where a kept release cannot be read.
    """
    key = privacy_key()
    with publication.refresh_lock(home, run_id="forget"):
        publication.recover(home)
        finish(settings, home)
        landing = plan(settings, home, request)
        known, _ = tombstones.suppression_list(home)
        hashes = tombstones.hash_identifiers(key, landing.subject.identifiers)
        if not landing.loads and known.issuperset(hashes):
            return ErasureResult(erasure=_last_erasure(home), plan=landing)
        erasure = Erasure(
            erasure_id=f"forget-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            by=_user(),
        )
        pending = PendingErasure(erasure, landing.subject, landing.loads, settings.country)
        write_note(home, pending)
        failpoint("forget.noted")
        erased = _carry_out(home, pending, key)
        exports = _exports_with(settings, home, landing)
        return ErasureResult(
            erasure=erasure,
            plan=landing,
            releases=erased.releases,
            rewritten=erased.rewritten,
            left=tuple(dict.fromkeys([*erased.left, *exports])),
        )


def finish(settings: Settings, home: Home) -> bool:
    """Finish an erasure that was cut short; whether there was one. The caller holds the refresh lock."""
    pending = read_note(home)
    if pending is None:
        return False
    _carry_out(home, pending, privacy_key())
    return True


def _carry_out(home: Home, pending: PendingErasure, key: PrivacyKey) -> _Erased:
    subject, erasure = pending.subject, pending.erasure
    tombstones.add_tombstone(
        home,
        tombstones.Tombstone(
            erasure.erasure_id,
            erasure.at,
            erasure.by,
            tombstones.hash_identifiers(key, subject.identifiers),
        ),
        key=key,
    )
    failpoint("forget.tombstone_entered")
    erase_landing(home, subject, loads=pending.loads, key=key, country=pending.country)
    failpoint("forget.landing_erased")
    releases = erase_releases(home, subject, erasure)
    failpoint("forget.releases_erased")
    for folder in (home.candidates, home.work, home.scratch, home.root / "dev"):
        shutil.rmtree(folder, ignore_errors=True)
    home.prepare()
    # The note names the person in clear: it goes last, so the files are cleaned without it.
    spared = {home.releases, home.landing, home.quarantine, home.refresh_lock, note_file(home)}
    cleaned = clean_files(home.root, subject, sparing=spared, records=home.answers)
    with Ledger(home.ledger) as ledger:
        record_rewritten_files(ledger, cleaned.changed)
    clean_postgres(subject)
    failpoint("forget.swept")
    note_file(home).unlink()
    return _Erased(tuple(releases), len(cleaned.changed), cleaned.left)


def _last_erasure(home: Home) -> Erasure:
    last = tombstones.read_tombstones(home)[-1]
    return Erasure(erasure_id=last.erasure_id, at=last.at, by=last.by)


def _exports_with(settings: Settings, home: Home, landing: LandingPlan) -> list[Path]:
    """Files of the inboxes that rows of the person came from and that are still there.

    Answers of APIs are kept in the home, and cleaned with it.
    """
    paths = [
        settings.inbox_of(source, home=home) / file
        for source, file in landing.files
        if source in settings.sources
    ]
    return [path for path in paths if path.is_file() and not path.is_relative_to(home.root)]


def _normalised(kind: str, values: Sequence[str], country: str) -> list[str]:
    normalised = []
    for text in values:
        value = normalise(kind, text, country=country)
        if value is None:
            expected = (
                "an address like ana@example.com"
                if kind == "email"
                else (f"a number like +34600111222, or one of {country} without prefix")
            )
            raise SettingsInvalid(f"--{kind}: found {text!r}, expected {expected}.")
        normalised.append(value)
    return normalised


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
