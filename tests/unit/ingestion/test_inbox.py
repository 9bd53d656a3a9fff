"""A file counts once; a changed mapping re-reads it."""

from __future__ import annotations

import os

import pytest

from orchestration.core.errors import SourceError
from tests.unit.ingestion.factories import Company

COLUMNS = {"product_id": "id", "name": "name"}

TEXT = "id,name,group\n1,Ana,x\n2,Luis,y\n"


def products(company: Company) -> list[tuple[object, ...]]:
    return company.rows("select product_id, category from landing.products order by 1")


def test_same_bytes_count_once_under_any_name(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.drop("b.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    [load] = company.land().loads
    assert load.files == ("a.csv",)
    assert not company.land().loads
    company.drop("c.csv", TEXT)
    assert not company.land().loads
    (company.inbox / "a.csv").rename(company.inbox / "d.csv")
    assert not company.land().loads
    assert company.rows("select count(*) from landing.products") == [(2,)]


def test_nothing_new_reads_no_file(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """I10: a scan without pending files reads names, sizes and times only."""
    path = company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    company.land()
    path.chmod(0)
    monkeypatch.setattr("hashlib.file_digest", lambda *_: pytest.fail("a file was read"))
    assert not company.land().loads
    path.chmod(0o600)


def test_touched_file_is_hashed_and_counts_once(company: Company) -> None:
    path = company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    company.land()
    os.utime(path, (1, 1))
    assert not company.land().loads
    assert not company.land().loads


def test_changed_mapping_rereads_landed_files(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    [first] = company.land().loads
    company.map("products", {"files": "*.csv", "columns": {**COLUMNS, "category": "group"}})
    result = company.land()
    assert result.replaced_loads == (first.load_id,)
    assert products(company) == [("1", "x"), ("2", "y")]
    assert company.rows("select count(*) from landing.loads") == [(1,)]
    assert not company.land().loads


def test_changed_mapping_keeps_files_that_have_left_the_inbox(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.drop("b.csv", "id,name,group\n3,Eva,z\n")
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    [first] = company.land().loads
    (company.inbox / "a.csv").unlink()
    company.map("products", {"files": "*.csv", "columns": {**COLUMNS, "category": "group"}})
    assert company.land().replaced_loads == (first.load_id,)
    assert products(company) == [("1", None), ("2", None), ("3", "z")]


def test_another_selection_lands_alone(company: Company) -> None:
    company.drop("a.csv", TEXT)
    selection = {"files": "*.csv", "columns": COLUMNS}
    other = {
        "files": "*.csv",
        "columns": {"product_id": {"sql": "'g-' || \"group\""}, "name": "group"},
    }
    company.map("products", selection)
    company.land()
    company.map("products", selection, other)
    result = company.land()
    assert not result.replaced_loads
    assert [row[0] for row in products(company)] == ["1", "2", "g-x", "g-y"]
    company.map("products", selection)
    assert company.land().replaced_loads == (result.loads[0].load_id,)
    assert [row[0] for row in products(company)] == ["1", "2"]


def test_formatting_of_the_settings_changes_nothing(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    company.land()
    company.map("products", {"files": ["*.csv"], "columns": COLUMNS, "format": {"type": None}})
    assert not company.land().loads


def test_missing_inbox_is_named(company: Company) -> None:
    company.map("products", {"files": "*.csv", "columns": COLUMNS}, inbox="nowhere")
    with pytest.raises(SourceError, match=r"source crm is not there.*nowhere"):
        company.land()


def test_links_are_followed_inside_of_the_inbox_only(company: Company) -> None:
    outside = company.root / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_text("id,name\n9,theirs\n")
    company.drop("real.csv", "id,name\n1,ours\n")
    store = company.inbox / "store"
    store.mkdir()
    (store / "kept.dat").write_text("id,name\n2,kept\n")
    (company.inbox / "inside.csv").symlink_to("store/kept.dat")
    (company.inbox / "leak.csv").symlink_to(outside / "secret.csv")
    (company.inbox / "folder").symlink_to(outside)
    (company.inbox / "gone.csv").symlink_to(outside / "no such file")
    columns = {"product_id": "id", "name": "name"}
    company.map("products", {"files": ["*.csv", "*/*.csv"], "columns": columns})
    result = company.land()
    assert [file.file for file in result.rejected_files] == ["folder/secret.csv", "leak.csv"]
    assert "outside of the inbox" in result.rejected_files[0].reason
    assert company.rows("select product_id from landing.products order by 1") == [("1",), ("2",)]


def test_the_inbox_itself_may_be_a_link(company: Company) -> None:
    company.drop("a.csv", "id,name\n1,ours\n")
    company.inbox.rename(company.root / "elsewhere")
    (company.root / "inbox").symlink_to("elsewhere")
    company.map("products", {"files": "*.csv", "columns": {"product_id": "id", "name": "name"}})
    assert not company.land().rejected_files


def test_a_mapping_that_is_changed_and_changed_back_lands_all_rows_again(company: Company) -> None:
    company.drop("a.csv", TEXT)
    plain = {"files": "*.csv", "columns": COLUMNS}
    other = {"files": "*.csv", "columns": {**COLUMNS, "category": "group"}}
    for selection, category in ((plain, None), (other, "x"), (plain, None), (other, "x")):
        company.map("products", selection)
        company.land()
        assert products(company)[0] == ("1", category)
        assert len(products(company)) == 2
    assert not company.land().loads


def test_rows_of_files_that_no_pattern_names_any_more_leave(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.drop("old_b.csv", "id,name,group\n3,Eva,z\n")
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    [first] = company.land().loads
    (company.inbox / "a.csv").rename(company.inbox / "c.csv")
    company.map("products", {"files": "[!ao]*.csv", "columns": COLUMNS})
    result = company.land()
    assert result.replaced_loads == (first.load_id,)
    [gone] = result.unselected
    assert str(gone).startswith("crm.products: rows of old_b.csv no longer count")
    assert [row[0] for row in products(company)] == ["1", "2"]
    result = company.land()
    assert (result.loads, result.replaced_loads, result.unselected) == ((), (), ())
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    company.land()
    assert [row[0] for row in products(company)] == ["1", "2", "3"]


def test_files_that_have_left_the_inbox_stay_while_a_pattern_names_them(company: Company) -> None:
    (company.inbox / "2024").mkdir()
    company.drop("2024/a.csv", TEXT)
    company.map("products", {"files": "**/*.csv", "columns": COLUMNS})
    company.land()
    (company.inbox / "2024" / "a.csv").unlink()
    assert not company.land().replaced_loads
    assert len(products(company)) == 2
