"""Fault 1: a BI reader holds the published file through a refresh.

I1: the refresh succeeds, and the reader sees one release throughout.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from orchestration import publication
from orchestration.operations.layer_selection import released_layer
from orchestration.publication import prune
from orchestration.settings import Home
from semantic_layer.request import QueryRequest
from tests.faults.tiny_company import TinyCompany, answer_of, expected

pytestmark = pytest.mark.slow

HELD = "select count(*), cast(sum(net_amount) as bigint) from customer.fct_order_lines"
METRICS = QueryRequest(metrics=("orders", "revenue"))


def test_a_reader_sees_one_release_throughout(tiny: TinyCompany) -> None:
    home = tiny.home
    marts = home.current.resolve() / "marts.duckdb"
    tiny.add_day(1)
    with duckdb.connect(str(marts), read_only=True) as reader:
        refresh = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("embudo")),
                *("refresh", "--home", str(home.root), "--config", str(tiny.config)),
            ],
            env=os.environ,
            stderr=subprocess.PIPE,
            text=True,
        )
        reads, seen = 0, set()
        while refresh.poll() is None:
            assert reader.execute(HELD).fetchone() == expected(1)
            seen.add(answer_of(home.current))
            reads += 1
            time.sleep(0.1)
        assert refresh.returncode == 0, refresh.stderr and refresh.stderr.read()
        assert reads > 10
        assert seen <= {expected(1), expected(2)}, (
            "whoever opens `current` sees the one or the other"
        )
        assert answer_of(home.current) == expected(2)

        assert prune(home, keep=1)
        assert not marts.exists()
        assert reader.execute(HELD).fetchone() == expected(1), "even of a release that was removed"


def test_a_release_that_is_pruned_as_it_is_opened(
    tiny: TinyCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one release kept, a refresh may publish and prune between a reader resolving the release and opening it."""
    home = tiny.home
    old = home.current.resolve()
    resolve = publication.release_directory

    def look_slowly(any_home: Home, release: str | None = None) -> Path:
        directory = resolve(any_home, release)
        if old.exists():
            shutil.copytree(old, old.with_name("20990101T000000Z-newer"))
            home.current.unlink()
            home.current.symlink_to("releases/20990101T000000Z-newer")
            shutil.rmtree(old)
        return directory

    monkeypatch.setattr(publication, "release_directory", look_slowly)
    with released_layer(home.root) as layer:
        assert layer.query(METRICS).table["orders"][0].as_py() == expected(1)[0]
    assert not old.exists()
