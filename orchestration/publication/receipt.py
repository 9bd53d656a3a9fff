"""Reading the gate's receipt and verifying a candidate against it.

A receipt is bound to a run and to the bytes of its files and lists every check that ran. It is
written by `quality`; what a check tests does not belong here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from orchestration.core.errors import PublicationRefused
from orchestration.core.records import CheckResult, Receipt
from orchestration.publication.files import sha256
from orchestration.publication.layout import DATABASES

_NEXT = "Nothing was published and the current release is untouched. Run `embudo refresh` again."


def read_receipt(path: Path) -> Receipt:
    """The receipt in a file; raises `PublicationRefused` where it is missing or cannot be read."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        checks = tuple(CheckResult.from_fields(check) for check in fields["checks"])
        return Receipt(
            run_id=str(fields["run_id"]),
            verdict=fields["verdict"],
            files={str(name): str(checksum) for name, checksum in fields["files"].items()},
            required=tuple(str(name) for name in fields["required"]),
            checks=checks,
            signed_at=datetime.fromisoformat(fields["signed_at"]),
        )
    except FileNotFoundError:
        raise PublicationRefused(
            f"No receipt: expected the gate's {path}, found none, so the gate did not end. {_NEXT}"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PublicationRefused(
            f"The receipt {path} cannot be read ({type(error).__name__}: {error}). {_NEXT}"
        ) from error


def verify_receipt(
    receipt: Receipt, *, run_id: str, directory: Path, required: Collection[str]
) -> None:
    """Raise `PublicationRefused` unless the receipt lets this candidate out.

    `required` are the names of the checks that have to have run, worked out again by the caller and
    not taken from the receipt.
    """
    faults = [
        *_binding_faults(receipt, run_id=run_id),
        *_check_faults(receipt, required=required),
        *_file_faults(receipt.files, directory),
    ]
    if faults:
        raise PublicationRefused(
            f"Run {run_id} cannot be published: {'; '.join(faults[:10])}"
            + (f"; and {len(faults) - 10} more" if len(faults) > 10 else "")
            + f". {_NEXT}"
        )


def _binding_faults(receipt: Receipt, *, run_id: str) -> list[str]:
    faults = []
    if receipt.run_id != run_id:
        faults.append(f"the receipt is of run {receipt.run_id}, not of {run_id}")
    if receipt.verdict not in ("pass", "warn"):
        faults.append(f"the gate's verdict is {receipt.verdict!r}")
    return faults


def _check_faults(receipt: Receipt, *, required: Collection[str]) -> list[str]:
    ran = {check.name for check in receipt.checks}
    wanted = {*required, *receipt.required}
    faults = [] if wanted else ["no check was required, which cannot be"]
    faults += [f"required check {name} did not run" for name in sorted(wanted - ran)]
    for check in receipt.checks:
        about = f"check {check.name} on {check.subject}"
        if not check.ran:
            faults.append(f"{about} could not run: {check.observed}")
        elif check.outcome == "fail":
            faults.append(f"{about} failed: expected {check.expected}, found {check.observed}")
        elif check.outcome not in ("pass", "warn"):
            faults.append(f"{about} ended as {check.outcome!r}")
        elif _past_limit(check):
            faults.append(
                f"{about} warned past its limit: {check.failures} failures, at most "
                f"{check.warn_limit} allowed"
            )
    return faults


def _past_limit(check: CheckResult) -> bool:
    return (
        check.outcome == "warn"
        and not check.waiver
        and check.warn_limit is not None
        and check.failures > check.warn_limit
    )


def _file_faults(files: Mapping[str, str], directory: Path) -> list[str]:
    faults = []
    for name in DATABASES:
        path = directory / name
        if not path.is_file():
            faults.append(f"{name} is missing from {directory}")
        elif name not in files:
            faults.append(f"the receipt does not cover {name}")
        elif sha256(path) != files[name]:
            faults.append(f"{name} was changed after the gate had checked it")
    return faults
