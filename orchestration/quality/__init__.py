"""The quality gate: what a candidate must pass to become a release (invariant I2).

Checks look and judge; they neither land nor build nor publish. Every check that is required and
did not run has failed.
"""

from orchestration.quality.data_docs import DATA_DOCS_FILE
from orchestration.quality.facts import write_facts
from orchestration.quality.gate import GateInput, required_checks, run_gate
from orchestration.quality.judgement import (
    FAILED_KEYS_FILE,
    accept,
    explain,
    missing_checks,
    raise_if_failed,
    used_waivers,
)
from orchestration.quality.loads import (
    LoadLimits,
    LoadLook,
    LoadsVerdict,
    SourceLimits,
    check_loads,
)
from orchestration.quality.metric_sanity import MetricMeta, MetricValue
from orchestration.quality.receipt import read_gate, write_gate, write_receipt
from orchestration.quality.results import write_results
from orchestration.quality.suites import preload

__all__ = [
    "DATA_DOCS_FILE",
    "FAILED_KEYS_FILE",
    "GateInput",
    "LoadLimits",
    "LoadLook",
    "LoadsVerdict",
    "MetricMeta",
    "MetricValue",
    "SourceLimits",
    "accept",
    "check_loads",
    "explain",
    "missing_checks",
    "preload",
    "raise_if_failed",
    "read_gate",
    "required_checks",
    "run_gate",
    "used_waivers",
    "write_facts",
    "write_gate",
    "write_receipt",
    "write_results",
]
