"""Secrets of an API: read from the environment, and their variables named where they are not set."""

from __future__ import annotations

from typing import Any

import pytest
from dlt.sources.helpers.rest_client.auth import APIKeyAuth, BearerTokenAuth, HttpBasicAuth

from orchestration.core.errors import SourceError
from orchestration.ingestion.api.authentication import authentication
from orchestration.settings.api_models import AuthSpec

BEARER = {"kind": "bearer", "token_env": "T"}
KEY = {"kind": "api_key", "key_env": "T", "name": "X-Key", "place": "query"}
BASIC = {"kind": "basic", "username_env": "U", "password_env": "T"}


def spec(fields: dict[str, Any]) -> AuthSpec:
    return AuthSpec.model_validate(fields)


@pytest.mark.parametrize(
    ("fields", "kind", "secrets"),
    [
        (BEARER, BearerTokenAuth, {"s3"}),
        (KEY, APIKeyAuth, {"s3"}),
        (BASIC, HttpBasicAuth, {"s3", "ana"}),
        ({**BASIC, "username_env": None, "username": "AC1"}, HttpBasicAuth, {"s3"}),
    ],
)
def test_each_kind_takes_its_secrets_from_the_environment(
    fields: dict[str, Any], kind: type, secrets: set[str]
) -> None:
    """Without the line break that a secret store often ends with; all of them are masked in messages."""
    auth, masked = authentication("crm", spec(fields), {"T": " s3\n", "U": "ana"})
    assert isinstance(auth, kind)
    assert set(masked) == secrets


def test_an_api_without_authentication() -> None:
    assert authentication("crm", None, {}) == (None, ())


def test_variables_that_are_not_set_are_named() -> None:
    with pytest.raises(SourceError, match="Source crm needs U and T in the environment") as error:
        authentication("crm", spec(BASIC), {"T": " "})
    assert "embudo.yml" in str(error.value)
