"""I4 and I5: the same files cut up, shuffled, repeated and late give the same marts and metrics."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import sandbox
from tests.differences import table_differences
from tests.e2e.partition import VERSIONED, altered, deliveries, files_of, repeated, without_defects
from tests.warehouse import LOADS, Warehouse

pytestmark = pytest.mark.slow

REFRESHES = 2 if os.environ.get("EMBUDO_SOAK_SHUFFLES") is None else 4
SHUFFLES = int(os.environ.get("EMBUDO_SOAK_SHUFFLES", "3"))
METRICS = "performance.metric_values"


@dataclass(frozen=True)
class Whole:
    """A tiny company, and its warehouse built from all of its files at once."""

    folder: Path
    directory: Path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    folder = tmp_path_factory.mktemp("whole")
    sandbox.generate(folder, scale=0.01, months=4, end=date(2026, 6, 30))
    built = Warehouse.of(config=folder / "embudo.yml", home=folder / "home")
    built.refresh()
    built.evaluate_metrics()
    yield Whole(folder, built.directory)


def emptied(whole: Whole) -> Warehouse:
    """The same company before any file has come, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(dir=whole.folder))
    shutil.copyfile(whole.folder / "embudo.yml", folder / "embudo.yml")
    (folder / "inbox").mkdir()
    return Warehouse.of(config=folder / "embudo.yml", home=folder / "home")


def hold(whole: Whole, seed: int) -> None:
    """Deliver the company's files as `seed` has it, refresh as they come, and compare with the unshuffled company."""
    chance = random.Random(seed)
    waiting = deliveries(whole.folder / "inbox", chance=chance, refreshes=REFRESHES)
    shuffled = emptied(whole)
    inbox = shuffled.workspace.settings.inbox
    for refresh in range(REFRESHES):
        for delivery in waiting:
            if delivery.refresh == refresh:
                (inbox / delivery.path).parent.mkdir(parents=True, exist_ok=True)
                (inbox / delivery.path).write_bytes(delivery.content)
        landed = shuffled.refresh()
        assert not landed.rejected_files
        assert landed.loads
    shuffled.evaluate_metrics()
    assert table_differences(whole.directory, shuffled.directory, without=[LOADS]) == {}
    shutil.rmtree(inbox.parent)


@pytest.mark.soak
@settings(
    max_examples=SHUFFLES,
    derandomize=SHUFFLES == 3,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(min_value=0, max_value=2**32 - 1))
def test_shuffled_loads_give_the_same_marts_and_metrics(whole: Whole, seed: int) -> None:
    """I4, I5: the same files, delivered over several refreshes in ways that nobody has chosen.

    Three ways in `make test`, always the same; twenty in `make soak`. The seed is printed where one fails.
    """
    hold(whole, seed)


def with_settings(whole: Whole) -> tuple[Warehouse, Path, dict[str, Any], Path]:
    """An empty home beside the whole company's files: with its settings file, what that says, and its inbox."""
    made = emptied(whole)
    config = made.workspace.settings.config_file
    facts = yaml.safe_load(config.read_text(encoding="utf-8"))
    inbox = made.workspace.settings.inbox
    shutil.copytree(whole.folder / "inbox", inbox, dirs_exist_ok=True)
    return made, config, facts, inbox


@pytest.mark.parametrize("order", [(1, 2), (2, 1)], ids=["as they are made", "the older one later"])
def test_what_a_newer_snapshot_lacks_was_never_there(whole: Whole, order: tuple[int, int]) -> None:
    """I5: rows of a first full snapshot that the second one lacks leave no trace in any mart or metric.

    The second is the company as it is, but for its broken rows: while any is in quarantine, nothing is taken to
    be gone. The first had more of everything. Whichever lands first, the
    incremental refresh gives the warehouse of a company that never had those rows.
    """
    chance = random.Random(order[0])
    made, config, facts, inbox = with_settings(whole)
    waiting = inbox.parent / "waiting"
    for layout in VERSIONED:
        selection = facts["sources"][layout.source]["streams"][layout.stream]
        selection |= {
            "files": f"{layout.folder}/v*/{layout.stem}_*.{layout.kind}",
            "snapshot": "folder",
        }
        for path in files_of(layout, inbox):
            more = altered(path, layout, chance=chance, share=0.3, suffix="X")
            of_versions = (
                (1, path.name, without_defects(path, layout)),
                (1, f"{path.stem}_more{path.suffix}", more),
                (2, path.name, without_defects(path, layout)),
            )
            for version, name, content in of_versions:
                folder = waiting / str(version) / layout.folder / f"v{version}"
                folder.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
            path.unlink()
    config.write_text(yaml.safe_dump(facts, allow_unicode=True), encoding="utf-8")
    made = Warehouse.of(config=config, home=made.workspace.home.root)
    for version in order:
        shutil.copytree(waiting / str(version), inbox, dirs_exist_ok=True)
        assert made.refresh().loads
        if version == 1:
            assert deals_named_x(made) == (order[0] == 1)
    assert not deals_named_x(made)
    # metrics are made of the marts alone, and take as long as all the rest
    assert table_differences(whole.directory, made.directory, without=[METRICS, LOADS]) == {}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)], ids=["as they are made", "the older one later"])
def test_what_left_its_selection_or_the_settings_was_never_there(
    whole: Whole, order: tuple[int, int]
) -> None:
    """I5: rows that a newer file has and `where` leaves out leave no trace, nor do sources that left the settings.

    A first file had more of everything; a second one, left out by its name, has the same keys. Then a source is
    renamed, and another one added that brings the same rows again; both are taken back.
    """
    chance = random.Random(order[0])
    made, config, facts, inbox = with_settings(whole)
    waiting = inbox.parent / "waiting"
    for layout in VERSIONED:
        selection = facts["sources"][layout.source]["streams"][layout.stream]
        where = "file_name not like '%later%'"
        selection["where"] = (
            f"({selection['where']}) and {where}" if "where" in selection else where
        )
        for number, path in enumerate(files_of(layout, inbox)):
            name = f"{layout.stem}_0000_{number}_{{}}.{layout.kind}"
            first, second = (waiting / str(n) / layout.folder for n in (1, 2))
            for folder in (first, second):
                folder.mkdir(parents=True, exist_ok=True)
            more = first / name.format("first")
            more.write_bytes(altered(path, layout, chance=chance, share=0.3, suffix="X"))
            (second / name.format("later")).write_bytes(repeated(more, layout))
    for version in order:
        shutil.copytree(waiting / str(version), inbox, dirs_exist_ok=True)
        if version == order[0]:
            config.write_text(yaml.safe_dump(facts, allow_unicode=True), encoding="utf-8")
            made = Warehouse.of(config=config, home=made.workspace.home.root)
        assert made.refresh().loads
        if version == 1:
            assert deals_named_x(made) == (order[0] == 1)
    assert table_differences(whole.directory, made.directory, without=[METRICS, LOADS]) == {}
    if order == (2, 1):
        return
    calls = made.mart("select count(*) from activity.fct_calls")
    sources = facts["sources"]
    renamed = {("switchboard" if name == "pbx" else name): spec for name, spec in sources.items()}
    for listed in (renamed, sources | {"again": sources["pbx"]}, sources):
        config.write_text(
            yaml.safe_dump({**facts, "sources": listed}, allow_unicode=True), encoding="utf-8"
        )
        # history is rebuilt where a stream left: `staleness` decides it
        made = Warehouse.of(config=config, home=made.workspace.home.root)
        made.refresh()
        counted = made.mart("select count(*) from activity.fct_calls")
        assert (counted == calls) == ("again" not in listed)
    assert table_differences(whole.directory, made.directory, without=[METRICS, LOADS]) == {}


def deals_named_x(made: Warehouse) -> bool:
    """Whether a deal of the first snapshot alone is in the mart."""
    return bool(made.mart("select count(*) from funnel.fct_deals where deal_key like '%X'")[0][0])
