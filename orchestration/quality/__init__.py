"""The quality gate: what a candidate must pass to become a release (invariant I2).

Checks examine and report; they neither land nor build nor publish. Every check that is required and
did not run has failed. Add a check as one function in `checks/` (`registry`).
"""

from orchestration.quality.data_docs import DATA_DOCS_FILE
from orchestration.quality.gate import required_checks, run_checks, run_gate
from orchestration.quality.gx_validation import preload
from orchestration.quality.load_profile import LoadProfile
from orchestration.quality.loads import LoadLimits, LoadsVerdict, SourceLimits, check_loads
from orchestration.quality.metric_values import MetricMeta, MetricValue
from orchestration.quality.receipt import read_gate, write_gate, write_receipt
from orchestration.quality.results import write_results
from orchestration.quality.run_facts import write_facts
from orchestration.quality.standing_exceptions import StandingExceptions, excepted_tests
from orchestration.quality.subjects import NO_EXCEPTIONS, GateInput
from orchestration.quality.verdict import (
    FAILED_KEYS_FILE,
    explain,
    missing_checks,
    raise_if_failed,
    used_waivers,
    waive,
)
from orchestration.quality.waiver_scope import LOAD_QUARANTINED

__all__ = [
    "DATA_DOCS_FILE",
    "FAILED_KEYS_FILE",
    "LOAD_QUARANTINED",
    "NO_EXCEPTIONS",
    "GateInput",
    "LoadLimits",
    "LoadProfile",
    "LoadsVerdict",
    "MetricMeta",
    "MetricValue",
    "SourceLimits",
    "StandingExceptions",
    "check_loads",
    "excepted_tests",
    "explain",
    "missing_checks",
    "preload",
    "raise_if_failed",
    "read_gate",
    "required_checks",
    "run_checks",
    "run_gate",
    "used_waivers",
    "waive",
    "write_facts",
    "write_gate",
    "write_receipt",
    "write_results",
]
