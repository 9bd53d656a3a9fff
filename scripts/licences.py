"""Check the licences of all packages of `requirements.lock` that are installed here (`make check`).

Permissive licences pass. Any other needs an entry in `_EXCEPTIONS` with the reason why it may stay. The
licences of files that are copied into the project do not belong here: there are none.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_PERMISSIVE = re.compile(
    r"""\b(?:MIT|MIT-0|0BSD|BSD|ISC|ISCL|Apache(?:-2\.0|\s+Software|\s+License|\s+2\.0)?|PSF(?:-2\.0)?|
    Python\s+Software\s+Foundation|CNRI-Python|Unlicense|Zlib|CC0-1\.0|Artistic|HPND|Public\s+Domain)\b""",
    re.I | re.X,
)
_COPYLEFT = re.compile(
    r"\b(?:A?GPL|LGPL|General Public|BUSL|BSL|SSPL|Elastic|MPL|Mozilla|EPL|CDDL)", re.I
)
_EXCEPTIONS: Mapping[str, str] = {
    "certifi": "MPL-2.0, unchanged: certificates of authorities, a dependency of requests",
    "dbt-sl-sdk": "Apache-2.0, which its metadata leaves out and its LICENSE file has: development only",
    "hypothesis": "MPL-2.0, unchanged: development only",
    "orjson": "MPL-2.0 beside MIT, unchanged: a dependency of dlt",
    "pathspec": "MPL-2.0, unchanged: a dependency of dbt",
    "psycopg2-binary": "LGPL, linked dynamically: a dependency of dagster-postgres",
    "tqdm": "MPL-2.0 beside MIT, unchanged: a dependency of Dagster",
    "yamllint": "GPL-3.0: development only, run as a program of its own, never imported",
}


@dataclass(frozen=True)
class Licence:
    """A package and the licence that its metadata states."""

    package: str
    version: str
    text: str

    @property
    def permissive(self) -> bool:
        """Whether permissive licences alone suffice: one choice of `OR` or `;` in each part of `AND`."""
        return all(
            any(
                _PERMISSIVE.search(choice) and not _COPYLEFT.search(choice)
                for choice in re.split(r"\s+OR\s+|;", part)
            )
            for part in re.split(r"\s+AND\s+", self.text)
        )


def main() -> int:
    """Print each package whose licence is not permissive and has no exception; 1 where there is one."""
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.M))
    licences = {licence.package: licence for licence in installed() if licence.package in locked}
    faults = refused(list(licences.values()))
    for fault in faults:
        sys.stdout.write(f"{fault.package} {fault.version}: {fault.text}\n")
    if faults:
        sys.stdout.write(
            "Expected a permissive licence. Choose another package, or add it to `_EXCEPTIONS` in "
            "scripts/licences.py with the reason.\n"
        )
        return 1
    unused = sorted(set(_EXCEPTIONS) - locked)
    if unused:
        sys.stdout.write(
            f"Exceptions for packages that the lock does not have: {', '.join(unused)}\n"
        )
        return 1
    missing = len(locked) - len(licences)
    sys.stdout.write(
        f"{len(licences)} packages have licences that may be used, {len(_EXCEPTIONS)} of them by exception; "
        f"{missing} of the lock are for other platforms\n"
    )
    return 0


def refused(licences: Sequence[Licence]) -> list[Licence]:
    """The packages whose licence is neither permissive nor an exception."""
    return [
        licence
        for licence in licences
        if not licence.permissive and licence.package not in _EXCEPTIONS
    ]


def installed() -> list[Licence]:
    """Licences of the packages installed beside this Python, names as the lock writes them."""
    program = Path(sys.executable).with_name("pip-licenses")
    answer = subprocess.run(
        [str(program), "--format=json", "--from=mixed", "--with-system"],
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        Licence(re.sub(r"[-_.]+", "-", row["Name"]).lower(), row["Version"], row["License"])
        for row in json.loads(answer.stdout)
    ]


if __name__ == "__main__":
    raise SystemExit(main())
