"""The folder where Embudo keeps its state, and the name of every path in it.

Only names belong here; reading and writing the files belongs to each package.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration.core.private_files import make_private


@dataclass(frozen=True)
class Home:
    """Paths under `--home` (default `.embudo/`). Nothing is created until `prepare` is called."""

    root: Path

    @classmethod
    def at(cls, path: Path | str) -> Home:
        """The home at `path`, made absolute so that a change of folder does not move it."""
        return cls(root=Path(path).expanduser().resolve())

    @property
    def ledger(self) -> Path:
        """SQLite: loads, files, refreshes."""
        return self.root / "ledger.sqlite"

    @property
    def landing(self) -> Path:
        """Immutable Parquet, one folder per stream of a source, one file per load."""
        return self.root / "landing"

    @property
    def quarantine(self) -> Path:
        """Rows that broke the contract, as Parquet, in the same layout as `landing`."""
        return self.root / "quarantine"

    @property
    def left_out(self) -> Path:
        """Digests of the keys that a selection's `where` left out, in the same layout as `landing`."""
        return self.root / "left_out"

    @property
    def candidates(self) -> Path:
        """Warehouses that refreshes are building."""
        return self.root / "candidates"

    @property
    def releases(self) -> Path:
        """Published warehouses."""
        return self.root / "releases"

    @property
    def current(self) -> Path:
        """Symlink to the release that readers get."""
        return self.root / "current"

    @property
    def dagster(self) -> Path:
        """Dagster's own storage."""
        return self.root / "dagster"

    @property
    def logs(self) -> Path:
        """Logs of refreshes."""
        return self.root / "logs"

    @property
    def events(self) -> Path:
        """What each step of a refresh read and wrote, as OpenLineage events."""
        return self.root / "events"

    @property
    def tokens(self) -> Path:
        """Digests of the tokens that `embudo serve` accepts."""
        return self.root / "tokens.json"

    @property
    def refresh_lock(self) -> Path:
        """Held while a refresh runs."""
        return self.root / "refresh.lock"

    @property
    def dbt(self) -> Path:
        """dbt's target folder for its parse cache."""
        return self.root / "dbt"

    @property
    def work(self) -> Path:
        """Scratch files of a landing (decompressed or recoded copies); emptied at the next one."""
        return self.root / "work"

    @property
    def answers(self) -> Path:
        """Records fetched from APIs, as JSON lines, one folder per source; never edited."""
        return self.root / "answers"

    def answers_of(self, source: str) -> Path:
        """The folder of the records of an API: `<stream>/<endpoint>/<number>-<time>.jsonl`."""
        return self.answers / source

    @property
    def scratch(self) -> Path:
        """Copies of a release to try edits in; each is removed when its command ends."""
        return self.root / "scratch"

    def landing_of(self, *, source: str, stream: str) -> Path:
        """The folder of a stream's landed loads."""
        return self.landing / source / stream

    def quarantine_of(self, *, source: str, stream: str) -> Path:
        """The folder of a stream's quarantined rows."""
        return self.quarantine / source / stream

    def left_out_of(self, *, source: str, stream: str) -> Path:
        """The folder of the keys that a stream's selections left out."""
        return self.left_out / source / stream

    def candidate(self, run_id: str) -> Path:
        """The folder of one refresh's candidate."""
        return self.candidates / run_id

    def release(self, release_id: str) -> Path:
        """The folder of one release."""
        return self.releases / release_id

    @property
    def private_folders(self) -> tuple[Path, ...]:
        """Folders that hold contacts, or what is made of them."""
        return (
            *(self.landing, self.quarantine, self.left_out, self.answers, self.candidates),
            *(self.releases, self.dagster, self.logs, self.events),
        )

    def prepare(self) -> Home:
        """Create the folders that every refresh writes to, let no other account into any, and return self."""
        make_private(self.root)
        for folder in (self.landing, self.quarantine, self.candidates, self.releases, self.logs):
            make_private(folder)
        for folder in self.private_folders:
            if folder.is_dir():
                make_private(folder)
        return self
