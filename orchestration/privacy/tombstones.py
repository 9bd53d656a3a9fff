"""Who was erased, as keyed hashes: what every later load is checked against.

One small file of the home, always rewritten as a whole. It holds no address, no name and no key: only HMACs under the
company's privacy key, with when and by whom. Finding rows by them belongs to `suppression`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.core import durable_files
from orchestration.core.errors import SettingsInvalid, SourceError
from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey
from orchestration.privacy.spelled_hashes import name_hash
from orchestration.settings import Home


@dataclass(frozen=True)
class Tombstone:
    """One erased person. `at` is UTC, ISO 8601; `hashes` are HMACs of `kind/value`."""

    erasure_id: str
    at: str
    by: str
    hashes: tuple[str, ...]


def tombstone_file(home: Home) -> Path:
    """Where the tombstones of a home are."""
    return home.root / "tombstones.json"


def read_tombstones(home: Home) -> tuple[Tombstone, ...]:
    """All tombstones, the oldest first; raises `SourceError` where they cannot be read."""
    return _read(tombstone_file(home))[1]


def add_tombstone(home: Home, tombstone: Tombstone, *, key: PrivacyKey) -> None:
    """Add a tombstone, once; durable when this returns."""
    _, known = _read(tombstone_file(home))
    if any(entered.erasure_id == tombstone.erasure_id for entered in known):
        return
    text = {"key": key.fingerprint, "people": [asdict(entered) for entered in (*known, tombstone)]}
    target = tombstone_file(home)
    temporary = target.with_name(f".{target.name}.tmp")
    temporary.write_text(json.dumps(text, indent=1), encoding="utf-8")
    temporary.chmod(0o600)
    durable_files.settle(temporary, target)


def suppression_list(home: Home) -> tuple[frozenset[str], PrivacyKey | None]:
    """All hashes of erased persons, and the key they were made with; there is a key where there is any hash.

    Raises `SettingsInvalid` where a person was erased under a key that is not in the environment: without it a
    later load would bring the person back.
    """
    fingerprint, known = _read(tombstone_file(home))
    key = PrivacyKey.from_environment()
    if not known:
        return frozenset(), key
    if key is None or key.fingerprint != fingerprint:
        used_key = "none" if key is None else "another key"
        raise SettingsInvalid(
            f"{len(known)} person(s) were forgotten under a privacy key that is not in the environment "
            f"(found {used_key}): loads cannot be checked against their tombstones. Set {KEY_VARIABLE} to that "
            "key again; it cannot be changed once somebody was forgotten."
        )
    return frozenset(hash_ for tombstone in known for hash_ in tombstone.hashes), key


def hash_identifiers(key: PrivacyKey, identifiers: Iterable[str]) -> tuple[str, ...]:
    """The hashes of what leads to a person (`DataSubject.identifiers`), sorted."""
    return tuple(sorted({_hash(key, identifier) for identifier in identifiers}))


def _hash(key: PrivacyKey, identifier: str) -> str:
    kind, _, value = identifier.partition("/")
    digest = key.digest(identifier)
    return name_hash(len(value.split()), digest) if kind == "name" else digest


def _read(path: Path) -> tuple[str, tuple[Tombstone, ...]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        people = tuple(
            Tombstone(**{**entry, "hashes": tuple(entry["hashes"])}) for entry in content["people"]
        )
        return str(content["key"]), people
    except FileNotFoundError:
        return "", ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(
            f"The tombstones of forgotten people, {path}, cannot be read ({type(error).__name__}). "
            "Restore the file from a backup: without it later loads would bring them back."
        ) from error
