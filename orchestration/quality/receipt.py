"""`gate.json` (the report, for people), `failed_keys.json` (the keys of all rows that fail a check)
and `receipt.json` (what publishing requires).

The receipt is bound to the run and to the checksums of the sealed files, and lists every check that
ran. Checking a candidate against it belongs to `publication`.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.core.errors import GateFailed
from orchestration.core.records import CheckResult, GateReport, Receipt
from orchestration.quality.data_docs import write_data_docs
from orchestration.quality.verdict import FAILED_KEYS_FILE, raise_if_failed

GATE_FILE = "gate.json"
RECEIPT_FILE = "receipt.json"


def write_gate(directory: Path, report: GateReport) -> Path:
    """Write the report into a candidate, as data and as a page; it is kept with a failed candidate
    , and with a release.
    """
    fields = {
        "run_id": report.run_id,
        "verdict": report.verdict,
        "details": dict(report.details),
        "checks": [_fields_of(check) for check in report.checks],
    }
    keys = {check.title: list(check.failed_keys) for check in report.checks if check.failed_keys}
    _write(directory / FAILED_KEYS_FILE, keys)
    write_data_docs(directory, report)
    return _write(directory / GATE_FILE, fields)


def _fields_of(check: CheckResult) -> dict[str, object]:
    """A check as JSON; all the keys of what failed stand in a file of their own."""
    fields = dataclasses.asdict(check)
    del fields["failed_keys"]
    return fields


def read_gate(directory: Path) -> GateReport | None:
    """The report in a candidate or a release; None where there is none that can be read."""
    try:
        fields = json.loads((directory / GATE_FILE).read_text(encoding="utf-8"))
        kept = _read_keys(directory)
        checks = tuple(CheckResult.from_fields(check) for check in fields["checks"])
        checks = tuple(
            dataclasses.replace(check, failed_keys=kept.get(check.title, ())) for check in checks
        )
        return GateReport(run_id=fields["run_id"], checks=checks, details=fields["details"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read_keys(directory: Path) -> dict[str, tuple[str, ...]]:
    path = directory / FAILED_KEYS_FILE
    if not path.exists():
        return {}
    fields = json.loads(path.read_text(encoding="utf-8"))
    return {title: tuple(keys) for title, keys in fields.items()}


def write_receipt(
    directory: Path, report: GateReport, required_checks: Iterable[str], files: Mapping[str, str]
) -> Receipt:
    """Sign a candidate: `files` is file name to sha256 after sealing.

    Raises `GateFailed`, and writes nothing, where a check failed or a required one did not run.
    """
    required = tuple(sorted(set(required_checks)))
    (directory / RECEIPT_FILE).unlink(missing_ok=True)
    raise_if_failed(report, required)
    if not required or not files:
        raise GateFailed(
            f"Run {report.run_id} has no receipt: expected checks that are required and files to "
            f"sign, found {len(required)} and {len(files)}. Run `embudo refresh` again."
        )
    receipt = Receipt(
        run_id=report.run_id,
        verdict=report.verdict,
        files=dict(files),
        required=required,
        checks=tuple(dataclasses.replace(check, failed_keys=()) for check in report.checks),
        signed_at=datetime.now(UTC),
    )
    fields = dataclasses.asdict(receipt) | {
        "signed_at": receipt.signed_at.isoformat(),
        "checks": [_fields_of(check) for check in receipt.checks],
    }
    _write(directory / RECEIPT_FILE, fields)
    return receipt


def _write(path: Path, fields: Mapping[str, Any]) -> Path:
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(fields, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return temporary.replace(path)
