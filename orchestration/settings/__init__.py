"""What a company sets: `embudo.yml`, the environment, and the paths of Embudo's home.

Reading and checking settings belongs here. What is done with them does not.
"""

from __future__ import annotations

from orchestration.settings.alert_models import AlertSpec
from orchestration.settings.environment import (
    add_to_environment_file,
    environment_file,
    load_environment_file,
)
from orchestration.settings.exception_models import ExceptionScope, ExceptionSpec
from orchestration.settings.format_models import FormatSpec
from orchestration.settings.gate_models import BreachSpec, Limits, SourceLimits
from orchestration.settings.home import Home
from orchestration.settings.loading import load_settings
from orchestration.settings.mapping_models import (
    ColumnSpec,
    MappingSpec,
    SelectionSpec,
    UnpivotSpec,
)
from orchestration.settings.models import Settings
from orchestration.settings.source_models import ApiSpec, EndpointSpec, SourceSpec
from orchestration.settings.template import commented_settings

__all__ = [
    "AlertSpec",
    "ApiSpec",
    "BreachSpec",
    "ColumnSpec",
    "EndpointSpec",
    "ExceptionScope",
    "ExceptionSpec",
    "FormatSpec",
    "Home",
    "Limits",
    "MappingSpec",
    "SelectionSpec",
    "Settings",
    "SourceLimits",
    "SourceSpec",
    "UnpivotSpec",
    "add_to_environment_file",
    "commented_settings",
    "environment_file",
    "load_environment_file",
    "load_settings",
]
