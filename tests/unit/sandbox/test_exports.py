"""The files of the exports."""

from __future__ import annotations

import csv
from pathlib import Path


def test_a_crm_export_looks_spanish(company_folder: Path) -> None:
    path = company_folder / "inbox/crm/oportunidades_2025-05.csv"
    with path.open(encoding="latin-1", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert {row["Estado"] for row in rows} >= {"Ganada", "Perdida", "Abierta"}
    assert any("." in row["Importe"] and row["Importe"][-3] == "," for row in rows)
