"""`embudo validate`: what can be checked of an edit before a refresh."""

from __future__ import annotations

from orchestration.cli import console, options

PANEL = options.Panel.ANALYSTS


def validate(
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """Check what you edited, in seconds and without touching a release.

    Checks that settings load, dbt parses, the semantic models are consistent and every metric compiles to SQL;
    where there is a release, that SQL is also planned against its tables. Then try `embudo query METRIC --draft`.
    """
    from orchestration.operations.validate import validate_project

    validation = validate_project(config=config if config.exists() else None, home=home)
    for line in validation.passed:
        console.out.print(f"  [green]✓[/green] {console.plain(line)}")
    for line in validation.pending:
        console.out.print(f"  [yellow]•[/yellow] {console.plain(line)}")
    if validation.changed:
        console.out.print("\nChanged since the current release: " + ", ".join(validation.changed))
        console.out.print(f"Try: [bold]embudo query {validation.changed[0]} --draft[/bold]")
