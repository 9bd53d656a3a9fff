"""Write the generated pages (`make docs`), or with `--check` list those that are out of date."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from scripts.docs.pages import stale
from scripts.docs.project import ROOT


def main(arguments: Sequence[str]) -> int:
    """Write every page that differs; with `--check` write nothing and return 1 where one does."""
    check = "--check" in arguments
    outdated = stale()
    for path, text in outdated.items():
        if not check:
            path.write_text(text, encoding="utf-8")
        verb = "Out of date" if check else "Wrote"
        sys.stdout.write(f"{verb}: {path.relative_to(ROOT)}\n")
    return 1 if check and outdated else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
