"""The command line, `embudo`.

Each command parses its options, calls a room or the refresh, and shows what came back; it decides nothing
that another caller would have to decide again. Heavy libraries are imported where they are used, so that
`embudo --help` answers at once.
"""

from orchestration.cli.app import main

__all__ = ["main"]
