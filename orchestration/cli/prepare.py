"""`embudo prepare`: the caches that the next refresh starts from."""

from __future__ import annotations

from orchestration.cli import console, options

PANEL = options.Panel.START


def prepare(
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """Parse the models and plan the metrics now, so that the next refresh does not have to.

    `make setup` does it. Run it after installing a new version of the project; without it the first refresh takes
    that much longer.
    """
    import sandbox
    from orchestration.refresh.cache_warming import warm_cache
    from orchestration.settings.workspace import Workspace
    from orchestration.transformation.project import Project

    workspace = Workspace.open(
        config=config if config.exists() else sandbox.SETTINGS, home=home, inbox=None
    )
    with console.StepReporter() as report:
        done = warm_cache(Project(workspace), report=report)
    console.out.print(
        f"{done.models} models and {done.metrics} metrics are ready in {done.folder}."
    )
