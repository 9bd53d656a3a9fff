"""`embudo forget`: a person erased from everything that Embudo keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import console, options
from orchestration.core.errors import SettingsInvalid

if TYPE_CHECKING:
    from orchestration.erasure.landing_plan import LandingPlan
    from orchestration.erasure.proof import Proof
    from orchestration.erasure.request import ErasureResult

PANEL = options.Panel.ENGINEERS


def forget(
    email: options.EmailOption = None,
    phone: options.PhoneOption = None,
    contact: options.ContactOption = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Search everything under the home for who was forgotten."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be erased, and stop.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
    inbox: options.InboxOption = None,
) -> None:
    """Erase a person from landing, quarantine, the warehouse and every retained release.

    Their own rows are deleted (contacts, leads, calls, campaign e-mails, social interactions, survey answers); sales
    to them and activities with them stay, without a reference to them. Files are rewritten, so that no byte of the
    person is left, and later files land without them. Exports in the inbox are yours: they are listed at the end.

    `--check` proves it, for all who were ever forgotten, and in clear for whom you name: every file under the home is
    decoded and searched. It exits with 1 where something is left.

    Examples:

    `embudo forget --email ana@example.com --dry-run`

    `embudo forget --phone "+34 600 111 222" --yes`

    `embudo forget --check`
    """
    from orchestration.erasure.proof import prove_request
    from orchestration.erasure.request import ErasureRequest, plan
    from orchestration.erasure.request import forget as erase
    from orchestration.settings.workspace import Workspace

    request = ErasureRequest(tuple(email or ()), tuple(phone or ()), tuple(contact or ()))
    if check:
        workspace = Workspace.open(config=config, home=home, inbox=inbox)
        raise typer.Exit(_print_proof(prove_request(workspace.settings, workspace.home, request)))
    if not (request.emails or request.phones or request.contacts):
        raise SettingsInvalid(
            "Expected a person to forget, found none: add --email, --phone or --contact."
        )
    workspace = Workspace.open(config=config, home=home, inbox=inbox)
    if dry_run or not yes:
        _print_plan(plan(workspace.settings, workspace.home, request))
    if dry_run:
        return
    if not yes and not typer.confirm("Erase all this permanently?", err=True):
        console.err.print("Nothing was changed.")
        raise typer.Exit(1)
    _print_done(erase(workspace.settings, workspace.home, request))


def _print_plan(plan: LandingPlan) -> None:
    from semantic_layer.rendering import FittedTable

    table = FittedTable("Rows of the person in landing", borders=True)
    for column in ("Stream", "Erased", "Reference removed", "Texts blanked"):
        table.add_column(column, justify="left" if column == "Stream" else "right")
    for stream in sorted({*plan.erased, *plan.untied, *plan.mentions}):
        counts = (plan.erased, plan.untied, plan.mentions)
        table.add_row(stream, *(f"{count.get(stream, 0):,}" for count in counts))
    if table.row_count:
        console.out.print(table)
    else:
        console.out.print("No row of the person has landed.")
    if plan.quarantined:
        console.out.print(f"{plan.quarantined:,} row(s) in quarantine.")
    if plan.shared:
        kinds = ", ".join(sorted({kind for kind, _ in plan.shared}))
        console.out.print(
            f"{len(plan.shared)} address(es) ({kinds}) also belong to another person and stay; name one with "
            "--email or --phone to erase it nevertheless."
        )


def _print_proof(proof: Proof) -> int:
    """Print what was looked at and found; the exit code."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(proof.files.items()))
    console.out.print(
        f"Searched {sum(proof.files.values()):,} files under the home ({kinds}), {proof.bytes_read:,} bytes, "
        f"{proof.texts:,} texts, for {proof.people:,} forgotten "
        f"{'person' if proof.people == 1 else 'persons'}"
        + (" and whom you named." if proof.is_named else "."),
        soft_wrap=True,
    )
    for title, places in (
        ("Found:", proof.places),
        ("Files of the inbox that name them, which are yours to clean:", proof.exports),
    ):
        if places:
            console.out.print(title)
        for place, count in places.items():
            console.out.print(f"  {console.plain(place)}: {count:,} text(s)", soft_wrap=True)
    for place in proof.unread:
        console.out.print(f"Could not be read: {console.plain(place)}", soft_wrap=True)
    if proof.is_clean:
        console.out.print("Nothing is left.")
    elif proof.places:
        console.out.print("Run `embudo forget` for the person again, then check again.")
    return 0 if proof.is_clean else 1


def _print_done(done: ErasureResult) -> None:
    _print_plan(done.plan)
    console.out.print(
        f"Rewrote {len(done.plan.loads)} load(s), {len(done.releases)} release(s) and "
        f"{done.rewritten} other file(s); removed candidates. Later loads are checked against tombstone "
        f"{done.erasure.erasure_id}."
    )
    if done.left:
        console.out.print(
            "Rows of the person came from these exports, which are yours to clean. They land without the person; "
            "in those that are in the home the addresses are blanked:"
        )
        for path in done.left:
            console.out.print(f"  {console.plain(str(path))}", soft_wrap=True)
    console.out.print("The next `embudo refresh` rebuilds history without them.")
