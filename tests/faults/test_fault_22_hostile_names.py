"""Fault 22: hostile input in names is stored as text, never run, and escaped in exports."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from orchestration import ingestion
from semantic_layer import rendering
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest
from tests.conftest import Embudo
from tests.unit.ingestion.factories import Company
from tests.warehouse import Warehouse

HOSTILE = (
    "'; drop table landing.users; --",
    '"; drop table x; --',
    "{{ config(enabled=false) }} {% do exceptions.raise('x') %}",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\u202egpj.exe",
    "📞 Ñandú 電話",
    "[bold red]no[/] [/] [link=x]",
    "$(rm -rf ~) `id` ${HOME}",
    "a\\'b\\\\",
    "%s %d {0} {name}",
    "null",
    "../../etc/passwd",
    "<script>alert(1)</script>",
)
AS_FILES = tuple(name.replace("/", "∕") for name in HOSTILE if not name.startswith("."))
"""A name with a point before it is that of a hidden file, and those are left alone."""


def test_values(company: Company) -> None:
    """Every text comes out as it went in, through CSV and through JSON."""
    company.map("products", {"files": "p.*", "columns": {"product_id": "id", "name": "name"}})
    out = io.StringIO()
    csv.writer(out).writerows(
        [("id", "name"), *((f"c{n}", name) for n, name in enumerate(HOSTILE))]
    )
    company.drop("p.csv", out.getvalue())
    records = (json.dumps({"id": f"j{n}", "name": name}) + "\n" for n, name in enumerate(HOSTILE))
    company.drop("p.jsonl", "".join(records))
    company.land()
    for prefix in "cj":
        rows = company.rows(
            f"select name from landing.products where product_id like '{prefix}%' order by _line"
        )
        assert [name for (name,) in rows] == list(HOSTILE)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
def test_column_names(company: Company, kind: str) -> None:
    """A column may be called anything, mapped or kept as `_extra`."""
    names = [name for name in HOSTILE if name != "null"]
    path = company.inbox / f"p.{kind}"
    row = [f"value {n}" for n in range(len(names))]
    if kind == "csv":
        out = io.StringIO()
        csv.writer(out).writerows([names, row])
        path.write_text(out.getvalue(), encoding="utf-8")
    elif kind == "jsonl":
        path.write_text(json.dumps(dict(zip(names, row, strict=True))) + "\n", encoding="utf-8")
    elif kind == "parquet":
        pq.write_table(
            pa.table({name: [value] for name, value in zip(names, row, strict=True)}), path
        )
    else:
        book = openpyxl.Workbook()
        for cells in (names, row):
            book.active.append(cells)
            for cell in book.active[book.active.max_row]:
                cell.data_type = "s"
        book.save(path)
    for index, name in enumerate(names):
        company.map(
            "products",
            {
                "files": f"p.{kind}",
                "columns": {"product_id": {"value": "p"}, "name": {"column": name}},
            },
        )
        result = company.land()
        assert not result.rejected_files, name
        [(landed_name, extra)] = company.rows("select name, _extra from landing.products")
        assert landed_name == row[index]
        others = {other: value for other, value in zip(names, row, strict=True) if other != name}
        assert json.loads(extra) == others


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_file_names(company: Company, kind: str) -> None:
    """Each file is read under its own name: one with `[1]` or `*` in it is no pattern for others."""
    names = [*AS_FILES, "a[1]", "a1", "b*", "bc", "q?", "qq", "[!a]", "x;y", "na\nme", "[bold]"]
    for n, name in enumerate(names):
        path = company.inbox / f"{name}.{kind}"
        if kind == "csv":
            path.write_text(f"id,name\n{n},n{n}\n", encoding="utf-8")
        elif kind == "parquet":
            pq.write_table(pa.table({"id": [n], "name": [f"n{n}"]}), path)
        else:
            book = openpyxl.Workbook()
            book.active.append(["id", "name"])
            book.active.append([n, f"n{n}"])
            book.save(path)
    company.map("products", {"files": "*", "columns": {"product_id": "id", "name": "name"}})
    assert not company.land().rejected_files
    rows = company.rows("select product_id, name, _file from landing.products")
    assert sorted(rows) == sorted(
        (str(n), f"n{n}", f"{name}.{kind}") for n, name in enumerate(names)
    )


def test_what_a_person_reads_of_them(company: Company) -> None:
    """Quarantine as a table, as CSV and as a file to be fixed: no markup, no formula, no lost byte."""
    company.map(
        "products",
        {"files": "*.csv", "columns": {"product_id": "id", "name": "id", "unit_price": "price"}},
    )
    out = io.StringIO()
    csv.writer(out).writerows(
        [("id", "price"), *((f"p{n}", name) for n, name in enumerate(HOSTILE))]
    )
    company.drop("=1+1 [bold][x].csv", out.getvalue() + "good,1\n")
    company.land()
    command = Embudo(home=company.home.root)

    shown = command("quarantine").stdout
    assert "[bold]" in shown
    assert "\u202e" not in shown
    rows = list(
        csv.DictReader(io.StringIO(command("quarantine", "--format", "csv", "--raw").stdout))
    )
    assert {row["file"] for row in rows} == {"'=1+1 [bold][x].csv"}
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@")]
    [exported] = ingestion.quarantine.export(company.home, to=company.root / "fix")
    written = list(csv.reader(io.StringIO(exported.read_text(encoding="utf-8"))))
    assert [row[1] for row in written[1:]] == list(HOSTILE)
    advice = Embudo(home=company.home.root)("status").stdout
    assert "quarantine" in advice


REPS_AND_ORDERS = {
    "users": {"user_id": "id", "full_name": "name", "team": "name", "region": "name"},
    "orders": {
        "order_id": "id",
        "account_id": {"value": "a"},
        "owner_id": "id",
        "ordered_at": {"value": "2026-05-01"},
        "status": {"value": "completed"},
    },
    "order_lines": {
        "order_id": "id",
        "line_no": {"value": 1},
        "product_id": "name",
        "quantity": {"value": 1},
        "unit_price": {"value": 10},
    },
}
"""Streams read from one file of reps: each has an order of one line."""


def warehouse_of_hostile_reps(folder: Path) -> Warehouse:
    """The reps of `HOSTILE` and their orders, from a file through the models."""
    streams = {
        stream: {"files": "reps.csv", "columns": columns}
        for stream, columns in REPS_AND_ORDERS.items()
    }
    settings = {
        "time_zone": "Europe/Madrid",
        "company": HOSTILE[2],
        "sources": {"crm": {"streams": streams}},
    }
    config = folder / "embudo.yml"
    config.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    (folder / "inbox").mkdir()
    with (folder / "inbox" / "reps.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [("id", "name"), *((f"u{n}", name) for n, name in enumerate(HOSTILE))]
        csv.writer(file).writerows(rows)
    warehouse = Warehouse.of(
        config=config, home=folder / "home", select=("+fct_order_lines", "+dim_reps", "+dim_dates")
    )
    warehouse.refresh()
    return warehouse


@pytest.mark.slow
def test_rep_names_through_the_models_to_a_csv(tmp_path: Path) -> None:
    """From a file, through dbt and the semantic layer, to what a spreadsheet opens."""
    warehouse = warehouse_of_hostile_reps(tmp_path)
    names = warehouse.mart("select distinct rep_name from core.dim_reps order by 1")
    assert {name for (name,) in names} == set(HOSTILE)

    folder = warehouse.project.parsed()
    with SemanticLayer.draft(
        folder / "semantic_manifest.json", folder / "manifest.json", warehouse.directory
    ) as layer:
        answer = layer.query(QueryRequest(metrics=("revenue",), group_by=("rep__name",)))
        assert {
            row["rep__name"]: float(row["revenue"]) for row in answer.table.to_pylist()
        } == dict.fromkeys(HOSTILE, 10.0)
        for name in HOSTILE:
            quoted = name.replace("'", "''")
            filtered = layer.query(
                QueryRequest(
                    metrics=("revenue",),
                    group_by=("rep__name",),
                    where=(f"rep__name = '{quoted}'",),
                )
            )
            assert [row["rep__name"] for row in filtered.table.to_pylist()] == [name]
    cells = [row[0] for row in csv.reader(io.StringIO(rendering.to_csv(answer)))][1:]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]
    assert {cell.removeprefix("'") for cell in cells} == {
        name.removeprefix("'") for name in HOSTILE
    }
