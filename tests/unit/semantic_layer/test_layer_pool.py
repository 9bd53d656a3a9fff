"""Releases that a server answers from: swapped without a closed one in use, pinned within a bound."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import psutil
import pytest

from orchestration.core.errors import ReleaseCorrupt
from semantic_layer.layer import SemanticLayer
from semantic_layer.layer_pool import LayerPool
from semantic_layer.release_store import ReleaseUnknown
from semantic_layer.request import QueryRequest
from tests.unit.serving.factories import FolderStore

REVENUE = QueryRequest(metrics=("revenue",))


@pytest.fixture
def store(release_dir: Path, tmp_path: Path) -> FolderStore:
    return FolderStore.of(release_dir, tmp_path)


def total(layer: SemanticLayer) -> float:
    return float(layer.query(REVENUE).table.to_pylist()[0]["revenue"])


def test_a_switch_leaves_those_who_read_the_old_release_alone(store: FolderStore) -> None:
    opened: list[str] = []
    pool = LayerPool(store, opened=lambda layer: opened.append(layer.release_id))
    with pool.lease() as before:
        assert not pool.follow()
        store.current = "20260210-1"
        assert pool.follow()
        with pool.lease() as after:
            assert (before.release_id, after.release_id) == ("20260211-1", "20260210-1")
            assert total(before) == total(after) == 700.4
    with pytest.raises(Exception, match=r"(?i)connection.*closed"):
        before.warehouse.query("select 1")
    assert pool.current_id == "20260210-1"
    assert opened == ["20260211-1", "20260210-1"]
    pool.close()


def test_a_new_release_that_cannot_be_read_leaves_the_old_one(store: FolderStore) -> None:
    pool = LayerPool(store)
    (store.folder / "20260210-1" / "semantic_manifest.json").write_text("{")
    store.current = "20260210-1"
    with pytest.raises(ReleaseCorrupt):
        pool.follow()
    with pool.lease() as layer:
        assert total(layer) == 700.4
    pool.close()


def test_pins_are_opened_once_and_bounded(release_dir: Path, store: FolderStore) -> None:
    for number in range(5):
        store.add(release_dir, f"20260101-{number}")
    opened: list[str] = []
    pool = LayerPool(store, opened=lambda layer: opened.append(layer.release_id))
    for name in ("20260210-1", "20260210-1", *(f"20260101-{n}" for n in range(5)), "20260210-1"):
        with pool.lease(name) as layer:
            assert (layer.release_id, total(layer)) == (name, 700.4)
    assert opened.count("20260210-1") == 2, "the oldest of three pins makes room for a fourth"
    with pool.lease("20260211-1") as current:
        assert current.release_id == "20260211-1"
    assert opened.count("20260211-1") == 1
    pool.close()


def test_only_releases_that_are_kept_can_be_pinned(store: FolderStore) -> None:
    pool = LayerPool(store)
    for name in ("x", "../20260210-1", "20260210-1/", "."):
        with (
            pytest.raises(ReleaseUnknown, match="Kept here: 20260211-1, 20260210-1"),
            pool.lease(name),
        ):
            pass
    assert [release.release_id for release in pool.kept_releases()] == ["20260211-1", "20260210-1"]
    assert pool.release_ids() == {"20260211-1", "20260210-1"}
    pool.close()


def test_a_pinned_release_that_was_removed_is_closed(store: FolderStore) -> None:
    """An erasure rewrites releases under new ids: the old rows must not be read on."""
    pool = LayerPool(store)
    with pool.lease("20260210-1") as pinned:
        shutil.rmtree(store.folder / "20260210-1")
        pool.follow()
        assert total(pinned) == 700.4
    with pytest.raises(ReleaseUnknown), pool.lease("20260210-1"):
        pass
    pool.close()


def test_nothing_published(tmp_path: Path) -> None:
    with pytest.raises(ReleaseCorrupt, match="Nothing is published yet"):
        LayerPool(FolderStore(tmp_path, None))


@pytest.mark.slow
def test_many_switches_leave_no_files_and_threads(store: FolderStore) -> None:
    pool = LayerPool(store)
    process = psutil.Process()
    seen: set[tuple[int, int]] = set()
    for number in range(24):
        store.current = ("20260210-1", "20260211-1")[number % 2]
        assert pool.follow()
        with pool.lease() as layer:
            assert total(layer) == 700.4
        if number >= 4:
            seen.add((process.num_fds(), threading.active_count()))
    files, threads = ({counts[n] for counts in seen} for n in (0, 1))
    assert max(files) - min(files) <= 1, files
    assert len(threads) == 1
    pool.close()
