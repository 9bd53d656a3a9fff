"""`embudo releases`: the retained releases."""

from __future__ import annotations

from orchestration.cli import console, options

PANEL = options.Panel.ENGINEERS


def releases(
    output: options.FormatOption = options.Format.table,
    _config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """List the retained releases, newest first."""
    from orchestration import publication
    from orchestration.settings import Home

    rows = [
        {
            "release_id": release.release_id,
            "current": release.is_current,
            "published_at": release.published_at.isoformat(),
            "as_of": release.as_of.isoformat(),
            "verdict": release.verdict,
            "built": "in full" if release.full else f"on {release.based_on}",
            "loads": len(release.loads),
            "waived": "; ".join(f"{c} ({why})" for c, why in release.accepted.items()),
        }
        for release in publication.releases(Home.at(home))
    ]
    if output is not options.Format.table:
        console.print_rows(rows, output)
        return
    if not rows:
        console.out.print("There is no release yet: `embudo refresh` makes one.")
        return
    from semantic_layer.rendering import FittedTable

    table = FittedTable("Releases, each named after its publication time (UTC)")
    for column in ("", "Release", "Data as of (UTC)", "Verdict"):
        table.add_column(column, no_wrap=True)
    for column in ("Built", "Waived"):
        table.add_column(column)
    for row in rows:
        table.add_row(
            "→" if row["current"] else "",
            str(row["release_id"]),
            str(row["as_of"])[:16].replace("T", " "),
            str(row["verdict"]),
            str(row["built"]),
            console.plain(row["waived"]),
        )
    console.out.print(table)
