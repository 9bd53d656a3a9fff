"""A company of three orders per day, for tests that need many refreshes: the figures of each release are
calculated here by hand, from its number of days.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from orchestration.core.records import LandingResult
from orchestration.ingestion import land
from orchestration.settings import Home, load_settings
from tests.conftest import Embudo
from tests.reporters import RecordingReporter

SETTINGS = """
company: Tiny
time_zone: Europe/Madrid
currency: EUR
as_of: 2026-01-31
keep_releases: 2
limits: {quarantine_share: 1}
sources:
  shop:
    format: {type: csv}
    streams:
      orders:
        files: orders_*.csv
        columns: {order_id: id, account_id: account, ordered_at: at, status: status}
      order_lines:
        files: lines_*.csv
        columns: {order_id: order, line_no: line, product_id: product, quantity: quantity, unit_price: price}
"""

ORDERS_A_DAY = 3
FILES_A_DAY = 2


@dataclass(frozen=True)
class TinyCompany:
    """Settings and inbox in `folder`, home in `folder/home`. Day 0 is the first."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, *, days: int = 1) -> TinyCompany:
        """A company with the files of its first days in the inbox."""
        company = cls(folder)
        company.inbox.mkdir(parents=True)
        company.config.write_text(SETTINGS, encoding="utf-8")
        for day in range(days):
            company.add_day(day)
        return company

    @property
    def config(self) -> Path:
        return self.folder / "embudo.yml"

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def home(self) -> Home:
        return Home.at(self.folder / "home")

    def add_day(self, day: int) -> None:
        """Three orders at a price of the day, and a broken line that goes to quarantine."""
        at = ordered_at(day)
        numbers = range(1, ORDERS_A_DAY + 1)
        orders = [f"o{day}-{n},a{n},{at},completed" for n in numbers]
        lines = [f"o{day}-{n},1,p{n},1,{price_of(day)}" for n in numbers]
        self._write(f"orders_{day:04d}.csv", "id,account,at,status", [*orders, "broken,,never,"])
        self._write(f"lines_{day:04d}.csv", "order,line,product,quantity,price", lines)

    def _write(self, name: str, header: str, rows: list[str]) -> None:
        aside = self.inbox / f".{name}"
        aside.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        aside.replace(self.inbox / name)

    def land(self, *, run_id: str = "run", hash_all: bool = False) -> LandingResult:
        """Land what is new, in this process."""
        return land(
            load_settings(self.config),
            self.home,
            run_id=run_id,
            report=RecordingReporter(),
            hash_all=hash_all,
        )


def ordered_at(day: int) -> datetime:
    """Later than the day before, and never after the data-as-of time: from the 29th day on, by a minute only."""
    return datetime(2026, 1, 1, 10) + timedelta(days=min(day, 27), minutes=max(day - 27, 0))


def price_of(day: int) -> int:
    """Another price each day, so that no two releases have the same revenue."""
    return 10 + day


def expected(days: int) -> tuple[int, int]:
    """Orders and revenue (EUR) of a release that holds the first `days` days."""
    return ORDERS_A_DAY * days, sum(ORDERS_A_DAY * price_of(day) for day in range(days))


@contextmanager
def small_disk(at: Path, *, megabytes: int) -> Iterator[Path]:
    """A file system of that size, mounted while the test runs."""
    import subprocess

    at.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(at)]
    subprocess.run(mount, check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


def embudo_of(company: TinyCompany) -> Embudo:
    """The command line on a company."""
    return Embudo(home=company.home.root, config=company.config)


def answer_of(release: Path) -> tuple[int, int]:
    """Orders and revenue (EUR) in a release's marts, read by DuckDB directly."""
    import duckdb

    with duckdb.connect(str(release.resolve() / "marts.duckdb"), read_only=True) as connection:
        row = connection.execute(
            "select count(*), cast(sum(net_amount) as bigint) from customer.fct_order_lines"
        ).fetchone()
    assert row is not None
    return row[0], row[1]
