"""A company in a temporary folder: write files, land them, read what landed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration import ingestion
from orchestration.core.records import LandingResult
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.settings import Home, Settings, load_settings
from tests.reporters import RecordingReporter


@dataclass
class Company:
    """A home, an inbox and settings of one source, `crm`."""

    root: Path
    runs: int = 0
    source: dict[str, Any] = field(default_factory=dict)
    top: dict[str, Any] = field(default_factory=dict)

    @property
    def home(self) -> Home:
        return Home.at(self.root / "home")

    @property
    def inbox(self) -> Path:
        folder = self.root / "inbox"
        folder.mkdir(exist_ok=True)
        return folder

    def drop(self, name: str, content: bytes | str) -> Path:
        """Put a file in the inbox."""
        path = self.inbox / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def settings(self) -> Settings:
        config = self.root / "embudo.yml"
        facts = {"company": "Test", **self.top, "sources": {"crm": self.source}}
        config.write_text(yaml.safe_dump(facts, allow_unicode=True), encoding="utf-8")
        return load_settings(config)

    def map(self, stream: str, *selections: Mapping[str, Any], **source: Any) -> Company:
        """Set the only stream of the source."""
        self.source = {"streams": {stream: [dict(selection) for selection in selections]}, **source}
        return self

    def land(self) -> LandingResult:
        self.runs += 1
        _ = self.inbox
        return ingestion.land(
            self.settings(), self.home, run_id=f"run-{self.runs}", report=RecordingReporter()
        )

    def warehouse(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        ingestion.write_landing_schema(connection, self.settings(), self.home, run_id="run")
        return connection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.warehouse() as connection:
            return connection.execute(query).fetchall()

    def quarantine(self) -> list[tuple[int, str]]:
        return [(row.line, row.reason) for row in ingestion.quarantine.list_open(self.home)]

    def ledger(self) -> Ledger:
        return Ledger(self.home.ledger)
