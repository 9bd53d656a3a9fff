"""Where the dbt project stands and what state it is in.

Paths of the checkout and fingerprints of what analysts edit, so that a refresh knows whether models,
seeds or settings have changed since a release was built. Running dbt belongs to `transformation`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import yaml

from orchestration.core.errors import SettingsInvalid

CHECKOUT = Path(__file__).resolve().parents[2]
PROJECT_ROOT = Path(os.environ.get("EMBUDO_PROJECT") or CHECKOUT).expanduser().resolve()
"""The folder of `dbt_project.yml`: this checkout, or what `EMBUDO_PROJECT` names."""

_MODEL_FOLDERS = ("models", "dbt_project")
_NAMED_IN = {".sql": r"(?m)^(?:-- metric: (?=\w)|(?!--)).*$", ".py": r"\"[\w, -]+\""}
_MODEL_SUFFIXES = (".sql", ".yml", ".yaml")


@dataclass(frozen=True)
class BuildState:
    """All that decides a release's figures: fingerprints (sha256) of the project, and what had landed.

    `seeds` maps a seed to its fingerprint, `landed` a load to those of its parts (files) that no longer
    count, `variables` a var of dbt_project.yml to its value as JSON.
    """

    models: str
    seeds: Mapping[str, str]
    settings: str
    landed: Mapping[str, list[int]] = field(default_factory=dict)
    erasures: int = 0
    """How many people had been forgotten: their rows leave history, which is built again."""
    mappings: Mapping[str, str] = field(default_factory=dict)
    """`source.stream` to a digest of how its files are read."""
    stated: Mapping[str, str] = field(default_factory=dict)
    """Each setting that models depend on to a digest of its value."""
    variables: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """As the text of `build.json`."""
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def read(cls, path: Path) -> BuildState | None:
        """The state in a `build.json`, or None where there is none of this form."""
        try:
            state = cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return state if isinstance(state.seeds, dict) and isinstance(state.landed, dict) else None


def build_state(*, root: Path = PROJECT_ROOT, settings: Mapping[str, str]) -> BuildState:
    """The state of the working tree under `root` with the settings that models depend on.

    Raises `SettingsInvalid` where `root` is no dbt project.
    """
    require_project(root)
    model_files = [root / "dbt_project.yml"]
    for folder in _MODEL_FOLDERS:
        model_files += [p for p in (root / folder).rglob("*") if p.suffix in _MODEL_SUFFIXES]
    model_files += (root / "seeds").glob("*.yml")
    return BuildState(
        models=_fingerprint(model_files, root),
        seeds={p.stem: _fingerprint([p], root) for p in sorted((root / "seeds").glob("*.csv"))},
        settings=hashlib.sha256(json.dumps(dict(settings), sort_keys=True).encode()).hexdigest(),
        stated={
            name: hashlib.sha256(value.encode()).hexdigest()[:16]
            for name, value in sorted(settings.items())
        },
        variables=_variables(root / "dbt_project.yml"),
    )


def require_project(root: Path = PROJECT_ROOT) -> None:
    """Raise `SettingsInvalid` where `root` is no dbt project."""
    if not (root / "dbt_project.yml").is_file():
        raise SettingsInvalid(
            f"EMBUDO_PROJECT is {root}: expected a folder with dbt_project.yml, models/ and seeds/. Unset it "
            "to use Embudo's own."
        )


def names_in_tests(names: Iterable[str]) -> set[str]:
    """Which of these metrics a test names, in this checkout or in the project's own.

    In the hand-written SQL of an oracle (`-- metric: revenue`), in a data test, or in a text of a Python test.
    """
    columns: set[str] = set()
    tests = {root / "tests" for root in (PROJECT_ROOT, CHECKOUT)}
    for folder in (*tests, PROJECT_ROOT / "dbt_project" / "data_tests"):
        for path in folder.rglob("*"):
            if path.suffix in _NAMED_IN:
                for text in re.findall(_NAMED_IN[path.suffix], path.read_text(encoding="utf-8")):
                    columns.update(re.findall(r"\w+", text))
    return columns.intersection(names)


def _variables(project_file: Path) -> dict[str, str]:
    content = yaml.safe_load(project_file.read_text(encoding="utf-8")) or {}
    return {name: json.dumps(value) for name, value in (content.get("vars") or {}).items()}


def _fingerprint(files: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
