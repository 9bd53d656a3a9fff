"""`embudo refresh`: what it would read. Refreshes themselves are run by the fault and end-to-end tests."""

from __future__ import annotations

from pathlib import Path

from tests.faults.tiny_company import TinyCompany
from tests.unit.cli.conftest import CommandLine


def test_a_dry_run_lists_new_files_and_reads_none(
    embudo: CommandLine, options: tuple[str, ...], company: TinyCompany
) -> None:
    assert "No new files." in embudo("refresh", "--dry-run", *options).stdout
    company.add_day(2)
    for _ in range(2):
        printed = embudo("refresh", "--dry-run", *options).stdout
        assert "2 file(s) would be read" in printed
        assert "orders_0002.csv" in printed


def test_settings_that_are_not_there(embudo: CommandLine, tmp_path: Path) -> None:
    refused = embudo("refresh", "--config", str(tmp_path / "none.yml"), expect=2).stderr
    assert "none.yml" in refused and "embudo init" in refused


def test_a_dry_run_names_files_of_no_known_format(embudo: CommandLine, tmp_path: Path) -> None:
    mapping = "{files: '*', columns: {product_id: id, name: name}}"
    config = tmp_path / "embudo.yml"
    config.write_text(
        f"company: T\nsources: {{shop: {{streams: {{products: {mapping}}}}}}}\n", encoding="utf-8"
    )
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "sheet.sav").write_text("id,name\n1,a\n", encoding="utf-8")
    options = ("--config", str(config), "--home", str(tmp_path / "home"))
    refused = embudo("refresh", "--dry-run", *options, expect=3).stderr
    assert "sheet.sav cannot be read" in refused and ".xlsx" in refused
    (inbox / "sheet.csv").write_text("id,name\n2,b\n", encoding="utf-8")
    listed = embudo("refresh", "--dry-run", *options)
    assert "1 file(s) would be read" in listed.stdout
    assert "sheet.sav cannot be read" in listed.stderr
