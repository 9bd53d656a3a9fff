"""Memory of the machine and of the container: the lesser of what both leave."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from orchestration.core.memory import available_memory

MB = 1024 * 1024


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    class Machine:
        available = 4000 * MB

    monkeypatch.setattr(psutil, "virtual_memory", Machine)


def write(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_", ".", 1)).write_text(f"{content}\n")


def available(tmp_path: Path, groups: str) -> float:
    (tmp_path / "cgroup").write_text(groups)
    return available_memory(groups=tmp_path / "cgroup", root=tmp_path / "fs") / MB


def test_a_machine_without_control_groups(tmp_path: Path) -> None:
    assert available_memory(groups=tmp_path / "none", root=tmp_path) == 4000 * MB


def test_a_container_s_limit_less_what_it_uses_and_cannot_free(tmp_path: Path) -> None:
    write(tmp_path / "fs", memory_max=1000 * MB, memory_current=300 * MB)
    write(tmp_path / "fs", memory_stat=f"anon {200 * MB}\ninactive_file {100 * MB}")
    assert available(tmp_path, "0::/\n") == 800


def test_the_least_limit_of_a_group_and_those_around_it(tmp_path: Path) -> None:
    for folder, limit in (("fs/a", 500 * MB), ("fs/a/b", 900 * MB), ("fs/a/b/c", "max")):
        write(tmp_path / folder, memory_max=limit, memory_current=0, memory_stat="anon 0")
    assert available(tmp_path, "0::/a/b/c\n") == 500
    assert available(tmp_path, "0::/elsewhere\n") == 4000


def test_the_first_version_of_control_groups(tmp_path: Path) -> None:
    folder = tmp_path / "fs" / "memory" / "docker"
    write(folder, memory_limit_in_bytes=2000 * MB, memory_usage_in_bytes=500 * MB)
    write(folder, memory_stat=f"cache 1\ntotal_inactive_file {100 * MB}")
    groups = "9:name=systemd:/\n4:memory:/docker\n2:cpu,cpuacct:/docker\n0::/\n"
    assert available(tmp_path, groups) == 1600


def test_more_than_the_limit_in_use_leaves_nothing(tmp_path: Path) -> None:
    write(tmp_path / "fs", memory_max=100 * MB, memory_current=120 * MB, memory_stat="anon 0")
    assert available(tmp_path, "0::/\n") == 0
