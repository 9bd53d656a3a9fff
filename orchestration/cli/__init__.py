"""The command line, `embudo`: one module per command, named after it.

A command parses its options, calls the package that does the work, and prints the records it returns; it decides
nothing that another caller would have to decide again. Heavy libraries are imported where they are used, so that
`embudo --help` answers at once.
"""

from orchestration.cli.app import main

__all__ = ["main"]
