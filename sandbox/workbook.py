"""A plain XLSX writer: one sheet of texts, numbers and dates, the same bytes for the same rows.

Formats, formulas and several sheets do not belong here: marketing's spend sheets have none.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

_EXCEL_EPOCH = date(1899, 12, 30)
_STAMP = (2026, 1, 1, 0, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" \
ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" \
ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>\
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>\
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" \
Type="{_RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" \
Type="{_RELS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_RELS}/styles" \
Target="styles.xml"/></Relationships>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="2"><fill/><fill/>\
</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs>\
<cellXfs count="2"><xf numFmtId="0"/>\
<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>""",
}
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

Cell = str | int | float | date | None


def write_workbook(
    path: Path, *, sheet: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> None:
    """Write one sheet with a header row."""
    body = "".join(_row(number, row) for number, row in enumerate([header, *rows], start=1))
    parts = _PARTS | {
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets><sheet name="{escape(sheet)}" '
        'sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), _HEAD + text, zipfile.ZIP_DEFLATED)


def _row(number: int, cells: Sequence[Cell]) -> str:
    return (
        f'<row r="{number}">'
        + "".join(_cell(f"{chr(65 + i)}{number}", c) for i, c in enumerate(cells))
        + "</row>"
    )


def _cell(address: str, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{address}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    if isinstance(value, date):
        return f'<c r="{address}" s="1"><v>{(value - _EXCEL_EPOCH).days}</v></c>'
    return f'<c r="{address}"><v>{value}</v></c>'
