"""Step 7: make the signed candidate the current release, and remove releases past their retention."""

from __future__ import annotations

from dataclasses import replace

from orchestration import ingestion, publication
from orchestration.core.records import Release
from orchestration.ingestion.ledger.waivers import settle_waivers
from orchestration.observability.lineage import Dataset
from orchestration.publication import Candidate
from orchestration.publication.shared_marts import share_in
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.evaluation import release_id_in
from orchestration.refresh.gate_requirements import required_checks
from orchestration.refresh.intended_changes import stated_mappings
from orchestration.refresh.release_state import BUILD_STATE, effective_loads
from orchestration.refresh.release_warnings import release_warnings
from orchestration.refresh.steps.build import Build


def publish(context: RefreshContext, candidate: Candidate, built: Build) -> Release:
    """Publish the candidate; raises `PublicationRefused` without the gate's receipt."""
    context.report.step("Publish")
    state = replace(
        context.project.state,
        landed=effective_loads(context.home),
        mappings=stated_mappings(context.settings),
    )
    (candidate.directory / BUILD_STATE).write_text(state.to_json(), encoding="utf-8")
    share_in(context.home, context.settings.marts_folder)
    release = publication.publish(
        context.home,
        candidate,
        required_checks=tuple(required_checks(context.project, unit_tests=built.unit_tests)),
        release_id=release_id_in(candidate.marts),
        warnings=release_warnings(
            publication.read_receipt(candidate.receipt).checks,
            manifest=context.project.manifest,
            sources={name: tuple(spec.streams) for name, spec in context.settings.sources.items()},
        ),
    )
    with ingestion.Ledger(context.home.ledger) as ledger:
        settle_waivers(ledger, {context.run_id: release.release_id})
    publication.prune(context.home, keep=context.settings.keep_releases)
    directory = publication.release_directory(context.home, release.release_id)
    context.report.datasets(
        inputs=[Dataset("candidate")],
        outputs=[
            Dataset(f"release/{name}", size_bytes=(directory / name).stat().st_size)
            for name in sorted(release.files)
        ],
    )
    context.report.detail(f"release {release.release_id}, {release.verdict}")
    return release
