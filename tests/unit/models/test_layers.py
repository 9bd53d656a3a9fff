"""Which layer of the dbt project reads which: staging, intermediate, then core and the marts."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from scripts.docs.project import ROOT

MODELS = ROOT / "models"
LONGEST = 80
ORDER_OF_VERSIONS = "_file desc, _load_seq desc"


def sql_of(folder: Path) -> dict[str, str]:
    """The SQL of the models under a folder by name, without comments."""
    return {
        path.stem: re.sub(r"(?m)--.*$|\{#.*?#\}", "", path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.sql"))
    }


def macros() -> str:
    """The SQL of all macros: what they read, a model that calls them reads."""
    return "\n".join(sql_of(ROOT / "dbt_project").values())


def test_only_staging_reads_sources() -> None:
    readers = {
        name
        for folder in (MODELS, ROOT / "dbt_project")
        for name, sql in sql_of(folder).items()
        if re.search(r"\bsource\(", sql)
    }
    assert {name for name in readers if not name.startswith("stg_")} == set()
    assert readers <= set(sql_of(MODELS / "staging"))


def test_no_intermediate_model_reads_a_mart() -> None:
    """Neither by itself nor through a macro that it calls."""
    crossing = [
        f"{name} reads {read}"
        for name, sql in sql_of(MODELS / "intermediate").items()
        for read in re.findall(r"ref\(['\"](\w+)['\"]\)", sql)
        if read.startswith(("fct_", "dim_"))
    ]
    assert crossing == []
    assert not re.search(
        r"ref\(['\"](fct_|dim_)", "\n".join(sql_of(ROOT / "dbt_project/macros").values())
    )


def test_no_staging_model_reads_another_model() -> None:
    assert [name for name, sql in sql_of(MODELS / "staging").items() if "ref(" in sql] == []


def test_the_order_of_versions_stands_in_one_macro() -> None:
    holders = [name for name, sql in sql_of(MODELS).items() if ORDER_OF_VERSIONS in sql]
    assert holders == []
    assert sql_of(ROOT / "dbt_project" / "macros")["versions"].count(ORDER_OF_VERSIONS) == 1


def test_what_an_incremental_run_reads_is_named_outside_its_branch() -> None:
    """dbt finds dependencies as it parses, when no model is incremental; the first run with a table fails else."""
    branch = re.compile(r"\{% if is_incremental\(\) %\}(.*?)\{% (?:else|endif) %\}", re.S)
    reading = re.compile(r"ref\('(\w+)'\)|(current_load)\(\)")
    lacking = {}
    for name, sql in sql_of(MODELS).items():
        inside = set(reading.findall("".join(branch.findall(sql))))
        missing = inside - set(reading.findall(branch.sub("", sql)))
        if missing:
            lacking[name] = missing
    assert lacking == {}


def test_no_model_is_longer_than_it_reads_well() -> None:
    """A longer one lacks an intermediate model."""
    lines = {
        path.stem: len(path.read_text(encoding="utf-8").splitlines())
        for path in MODELS.rglob("*.sql")
    }
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


def test_every_model_begins_with_its_grain_and_ends_in_final() -> None:
    for path in sorted(MODELS.rglob("*.sql")):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("-- grain: "), path
        assert "select * from final" in text or "customer_periods(" in text, path


def test_every_threshold_of_the_business_is_explained_and_used() -> None:
    """A var of dbt_project.yml has a comment above it, and a model that reads it."""
    text = (ROOT / "dbt_project.yml").read_text(encoding="utf-8")
    names = list(yaml.safe_load(text)["vars"])
    lines = text.splitlines()
    bare = [
        name
        for name in names
        if not lines[next(i for i, line in enumerate(lines) if line.startswith(f"  {name}:")) - 1]
        .strip()
        .startswith("#")
    ]
    assert bare == []
    written = "\n".join(sql_of(MODELS).values()) + macros()
    assert [name for name in names if not re.search(rf"var\(['\"]{name}['\"]\)", written)] == []


def test_the_calendar_begins_with_the_first_stream() -> None:
    """A stream whose times move data-as-of is among those that the calendar is laid out by.

    Stage changes are left out, since a deal is never older than its creation, and accounts, since
    no figure is dated by theirs.
    """
    listed = set(
        re.findall(r"'(\w+)': '\w+'", sql_of(MODELS / "staging")["stg_files__stream_starts"])
    )
    dated = {
        table["name"]
        for path in (MODELS / "staging" / "files").glob("_*__sources.yml")
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
        for table in source["tables"]
        if table["config"]["meta"].get("business_times")
    }
    assert dated - listed == {"deal_stage_changes", "accounts"}
