"""Who is notified of a refresh that needs attention, and how."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from orchestration.settings import values
from orchestration.settings.strict import Strict

AlertEvent = Literal["failure", "freshness", "verdict", "alerts"]


class AlertSpec(Strict):
    """Where to send notifications of a refresh. Secrets are named by their environment variable."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    kind: Literal["webhook", "smtp"]
    on: tuple[AlertEvent, ...] = ("failure", "freshness", "verdict")
    """failure: a refresh ended with an error; freshness: a source has gone quiet; verdict: the gate
    warned or failed; alerts: the release has critical alerts."""
    url_env: str | None = None
    """webhook: the variable with the address, which is a secret itself."""
    host: str | None = None
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "ssl", "none"] = "starttls"
    to: tuple[str, ...] = ()
    sender: str | None = Field(default=None, alias="from")
    user_env: str | None = None
    password_env: str | None = None

    _many = field_validator("on", "to", mode="before")(values.one_or_many)

    @model_validator(mode="after")
    def _complete(self) -> AlertSpec:
        if self.kind == "webhook" and not self.url_env:
            raise ValueError("`url_env`: the name of the variable that holds the webhook's address")
        if self.kind == "smtp" and not (self.host and self.to and self.sender):
            raise ValueError("`host`, `from` and `to` for mail")
        return self
