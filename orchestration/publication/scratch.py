"""A copy of the current release to try things in: never checked, never published.

It lies beside the candidates and needs no lock: releases do not change, and nobody else writes the copy. What
is built in it does not belong here.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from orchestration.core.errors import ReleaseCorrupt
from orchestration.core.processes import is_alive
from orchestration.publication.candidate import Candidate
from orchestration.publication.files import copy_file, disk_full_as_error, refuse_wal
from orchestration.publication.layout import ARTIFACTS, DATABASES, RELEASE
from orchestration.publication.releases import release_directory
from orchestration.settings import Home


@contextlib.contextmanager
def scratch_copy(home: Home) -> Iterator[Candidate]:
    """A writable copy of the current release's databases; it is removed at the end.

    What a killed process left behind is removed by the next copy. Raises `ReleaseCorrupt` where there is no
    release, or where the refresh that runs meanwhile has pruned it away; `PublicationRefused` where the disk
    is full.
    """
    base = release_directory(home)
    _remove_left_behind(home)
    directory = home.scratch / f"{os.getpid()}-{secrets.token_hex(3)}"
    try:
        with disk_full_as_error(directory):
            (directory / ARTIFACTS).mkdir(parents=True)
        for name in (*DATABASES, RELEASE):
            refuse_wal(base / name)
            copy_file(base / name, directory / name)
        yield Candidate(run_id=directory.name, directory=directory, full=False, based_on=base.name)
    except FileNotFoundError as error:
        if Path(str(error.filename)).is_relative_to(base):
            raise ReleaseCorrupt(
                f"Release {base.name} was removed while it was being copied: a refresh has published a newer one. "
                "Run the command again."
            ) from error
        raise
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _remove_left_behind(home: Home) -> None:
    if not home.scratch.is_dir():
        return
    for path in home.scratch.iterdir():
        process = path.name.partition("-")[0]
        if process.isdigit() and not is_alive(process):
            shutil.rmtree(path, ignore_errors=True)
