"""Secrets of an API, read from the environment into dlt's authentication."""

from __future__ import annotations

from collections.abc import Mapping

from dlt.sources.helpers.rest_client.auth import (
    APIKeyAuth,
    AuthConfigBase,
    BearerTokenAuth,
    HttpBasicAuth,
)

from orchestration.core.errors import SourceError
from orchestration.settings.api_models import AuthSpec


def authentication(
    source: str, spec: AuthSpec | None, environment: Mapping[str, str]
) -> tuple[AuthConfigBase | None, tuple[str, ...]]:
    """dlt's authentication, and the secrets in it; raises `SourceError` naming the variables that are not set."""
    if spec is None:
        return None, ()
    unset = [name for name in spec.variables if not environment.get(name, "").strip()]
    if unset:
        raise SourceError(
            f"Source {source} needs {' and '.join(unset)} in the environment, which is not set. "
            "Set it where `embudo` and Dagster run; never in embudo.yml."
        )
    secrets = {name: environment[name].strip() for name in spec.variables}
    if spec.kind == "bearer":
        auth: AuthConfigBase = BearerTokenAuth(token=secrets[str(spec.token_env)])
    elif spec.kind == "api_key":
        auth = APIKeyAuth(name=spec.name, api_key=secrets[str(spec.key_env)], location=spec.place)
    else:
        user = spec.username or secrets[str(spec.username_env)]
        auth = HttpBasicAuth(username=user, password=secrets[str(spec.password_env)])
    return auth, tuple(secrets.values())
