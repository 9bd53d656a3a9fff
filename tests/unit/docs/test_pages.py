"""The pages of `docs/` say what the project says: generated ones are fresh, links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.docs import pages, project

ROOT = project.ROOT
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
KEY_ROW = re.compile(r"^\| `([a-z_.]+)`", re.M)


def without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.M)
    return {re.sub(r"[^\w-]", "", h.lower().replace(" ", "-")) for h in headings}


@pytest.mark.parametrize("page", pages.names())
def test_generated_page_is_up_to_date(page: str) -> None:
    path = ROOT / "docs" / page
    assert path.read_text(encoding="utf-8") == pages.text_of(page), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(without_code(page.read_text(encoding="utf-8"))):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        linked = (page.parent / file).resolve() if file else page
        if not linked.exists() or (anchor and anchor not in anchors(linked)):
            broken.append(target)
    assert not broken


def test_engineer_page_explains_every_setting() -> None:
    """A key that embudo.yml knows and the reference does not mention is a key nobody finds."""
    from orchestration import settings

    text = (ROOT / "docs" / "engineer.md").read_text(encoding="utf-8")
    explained = {row.rpartition(".")[2] for row in KEY_ROW.findall(text)}
    known = {
        name
        for spec in (
            settings.Settings,
            settings.SourceSpec,
            settings.SelectionSpec,
            settings.ApiSpec,
            settings.EndpointSpec,
            settings.ColumnSpec,
            settings.FormatSpec,
            settings.UnpivotSpec,
            settings.AlertSpec,
        )
        for name in (field.alias or key for key, field in spec.model_fields.items())
    } - {"config_file"}
    assert known - explained == set()


def test_checks_page_explains_every_limit() -> None:
    from orchestration import settings

    text = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    assert [name for name in settings.Limits.model_fields if f"`{name}` " not in text] == []


def test_engineer_page_lists_every_exit_code() -> None:
    from orchestration.core import errors

    text = (ROOT / "docs" / "engineer.md").read_text(encoding="utf-8")
    codes = {
        value.exit_code
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.EmbudoError)
    }
    assert {code for code in codes if not re.search(rf"^\| {code} \|", text, re.M)} == set()


def test_pages_name_no_path_of_a_machine() -> None:
    named = [
        f"{page.name}: {path}"
        for page in PAGES
        for path in re.findall(r"/(?:work|tmp|root|home)/\S*", page.read_text(encoding="utf-8"))
    ]
    assert not named


def test_every_column_of_marts_seeds_and_streams_is_described() -> None:
    """dbt's own pages show a column as its YAML describes it; a contract makes the YAML complete."""
    bare = []
    for path in sorted([*(ROOT / "models").rglob("*.yml"), *(ROOT / "seeds").glob("*.yml")]):
        content = project.read(path)
        tables = [*content.get("models", ()), *content.get("seeds", ())]
        tables += [table for source in content.get("sources", ()) for table in source["tables"]]
        for table in tables:
            columns = table.get("columns", ())
            bare += [table["name"]] if not str(table.get("description", "")).strip() else []
            bare += [
                f"{table['name']}.{column['name']}"
                for column in columns
                if not str(column.get("description", "")).strip()
            ]
    assert bare == []


def test_every_mart_has_a_section_with_all_its_columns() -> None:
    """Those that the refresh makes too, which no dbt YAML describes."""
    from scorecards.columns import tables

    text = (ROOT / "docs" / "marts.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", text, re.M | re.S))
    files = [p for f in project.MARTS for p in (ROOT / "models" / f).glob("*.sql")]
    assert set(sections) == {*(path.stem for path in files), *tables()}
    assert all("One row " in section and "| `" in section for section in sections.values())
