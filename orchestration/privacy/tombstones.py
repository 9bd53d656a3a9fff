"""Who was forgotten, as keyed hashes: what every later load is held against.

One small file of the home, written whole. It holds no address, no name and no key: only HMACs under the
company's privacy key, with when and by whom. Finding rows by them belongs to `holds`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.core import durable_files
from orchestration.core.errors import SettingsInvalid, SourceError
from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey
from orchestration.settings import Home


@dataclass(frozen=True)
class Tombstone:
    """One person. `at` is UTC, ISO 8601; `hashes` are HMACs of `kind/value`."""

    erasure_id: str
    at: str
    by: str
    hashes: tuple[str, ...]


def file_of(home: Home) -> Path:
    """Where the tombstones of a home are."""
    return home.root / "tombstones.json"


def tombstones(home: Home) -> tuple[Tombstone, ...]:
    """All tombstones, the oldest first; raises `SourceError` where they cannot be read."""
    return _read(file_of(home))[1]


def enter(home: Home, stone: Tombstone, *, key: PrivacyKey) -> None:
    """Add a tombstone, once; durable when this returns."""
    _, known = _read(file_of(home))
    if any(one.erasure_id == stone.erasure_id for one in known):
        return
    text = {"key": key.fingerprint, "people": [asdict(one) for one in (*known, stone)]}
    target = file_of(home)
    aside = target.with_name(f".{target.name}.tmp")
    aside.write_text(json.dumps(text, indent=1), encoding="utf-8")
    aside.chmod(0o600)
    durable_files.settle(aside, target)


def forgotten_hashes(home: Home) -> tuple[frozenset[str], PrivacyKey | None]:
    """All hashes, and the key that they were made with; the key is there where any hash is.

    Raises `SettingsInvalid` where somebody was forgotten under a key that the environment does not hold:
    without it a later load would bring the person back.
    """
    fingerprint, known = _read(file_of(home))
    key = PrivacyKey.from_environment()
    if not known:
        return frozenset(), key
    if key is None or key.fingerprint != fingerprint:
        found = "none" if key is None else "another one"
        raise SettingsInvalid(
            f"{len(known)} person(s) were forgotten under a privacy key that is not in the environment "
            f"(found {found}): loads cannot be held against their tombstones. Set {KEY_VARIABLE} to that "
            "key again; it cannot be changed once somebody was forgotten."
        )
    return frozenset(hash_ for stone in known for hash_ in stone.hashes), key


def hashed(key: PrivacyKey, named: Iterable[str]) -> tuple[str, ...]:
    """The hashes of what leads to a person (`Person.named`)."""
    return tuple(sorted(key.digest(one) for one in named))


def _read(path: Path) -> tuple[str, tuple[Tombstone, ...]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        people = tuple(
            Tombstone(**{**one, "hashes": tuple(one["hashes"])}) for one in found["people"]
        )
        return str(found["key"]), people
    except FileNotFoundError:
        return "", ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(
            f"The tombstones of forgotten people, {path}, cannot be read ({type(error).__name__}). "
            "Restore the file from a backup: without it later loads would bring them back."
        ) from error
