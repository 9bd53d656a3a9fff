"""What a company sets: `embudo.yml`, the environment, and the paths of Embudo's home.

Reading and checking settings belongs here. What is done with them does not.
"""

from __future__ import annotations

from orchestration.settings.environment import (
    add_to_environment_file,
    environment_file,
    load_environment_file,
)
from orchestration.settings.home import Home
from orchestration.settings.loading import load_settings
from orchestration.settings.models import (
    AlertSpec,
    ApiSpec,
    BreachSpec,
    ColumnSpec,
    EndpointSpec,
    FormatSpec,
    Limits,
    MappingSpec,
    SelectionSpec,
    Settings,
    SourceLimits,
    SourceSpec,
    UnpivotSpec,
)
from orchestration.settings.template import commented_settings

__all__ = [
    "AlertSpec",
    "ApiSpec",
    "BreachSpec",
    "ColumnSpec",
    "EndpointSpec",
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
