"""The company's privacy key, created once beside its settings. Hashing with it belongs to `privacy`."""

from __future__ import annotations

from pathlib import Path

from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey, new_key
from orchestration.settings import (
    add_to_environment_file,
    environment_file,
    load_environment_file,
)


def create_key(*, config: Path, home: Path) -> Path | None:
    """Create a key where the environment and the company's file have none.

    Returns the environment file that it was written to, None where there is a key already.
    """
    load_environment_file(config, home)
    if PrivacyKey.from_environment() is not None:
        return None
    target = environment_file(config, home)
    target.parent.mkdir(parents=True, exist_ok=True)
    add_to_environment_file(target, KEY_VARIABLE, new_key())
    return target
