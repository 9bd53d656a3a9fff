"""Paths of an inbox compared with the `files` of selections, for files that may have left it.

Finding files that are there belongs to `inbox`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


def is_matched(path: str, patterns: Iterable[str]) -> bool:
    """Whether a path, relative to its inbox, is one of those that a selection's `files` name."""
    return any(re.fullmatch(_expression(pattern), path) for pattern in patterns)


def _expression(pattern: str) -> str:
    """A glob as a regular expression."""
    meanings = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]]+\])", pattern)
    return "".join(
        meanings.get(piece) or (_set(piece) if piece.startswith("[") else re.escape(piece))
        for piece in pieces
    )


def _set(piece: str) -> str:
    """`[abc]`, or `[!abc]` for any other character."""
    return f"[^{piece[2:]}" if piece.startswith("[!") else piece
