"""What a company sets: `embudo.yml`, the environment, and the paths of Embudo's home.

Reading and checking settings belongs here. What is done with them does not.
"""

from __future__ import annotations

from orchestration.settings.home import Home
from orchestration.settings.loading import load_settings
from orchestration.settings.models import (
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
    "commented_settings",
    "load_settings",
]
