"""Whom embudo.yml names told how a refresh ended, where a look is needed.

What a notice says and how it travels stands in `hooks`.
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestration import publication
from orchestration.core.records import CheckResult, GateReport, Release
from orchestration.refresh.workspace import Workspace


def tell(
    workspace: Workspace,
    *,
    run_id: str,
    gate: GateReport | None,
    load_checks: Sequence[CheckResult],
    error: BaseException | None,
    released: Release | None,
) -> list[str]:
    """Send what is to be told; returns a sentence for each hook that failed, which fails no refresh."""
    settings = workspace.settings
    if not settings.alerts or isinstance(error, KeyboardInterrupt):
        return []
    from orchestration.observability.notifications import notice_of, send

    notice = notice_of(
        company=settings.company,
        run_id=run_id,
        gate=gate,
        load_checks=load_checks,
        error=error,
        release_id=released.release_id if released else None,
        alerts=_critical_alerts(workspace, released) if released else {},
    )
    return list(send(settings.alerts, notice)) if notice else []


def _critical_alerts(workspace: Workspace, released: Release) -> dict[str, int]:
    """Rule to how many critical alerts the release has by it."""
    import duckdb

    marts = publication.release_directory(workspace.layout, released.release_id) / "marts.duckdb"
    with duckdb.connect(str(marts), read_only=True) as connection:
        rows = connection.execute(
            "select rule, count(*) from performance.alerts where severity = 'critical' "
            "group by rule order by rule"
        ).fetchall()
    return dict(rows)
