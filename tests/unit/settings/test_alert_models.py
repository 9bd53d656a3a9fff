"""Who is notified: what each kind of hook needs."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from orchestration.settings import AlertSpec

MAIL = {"kind": "smtp", "host": "mail.test", "from": "embudo@x.test", "to": "data@x.test"}


def test_defaults_of_a_hook() -> None:
    hook = AlertSpec.model_validate({"kind": "webhook", "url_env": "HOOK"})
    assert hook.on == ("failure", "freshness", "verdict")
    mail = AlertSpec.model_validate({**MAIL, "on": "alerts"})
    assert (mail.to, mail.on, mail.port, mail.tls) == (
        ("data@x.test",),
        ("alerts",),
        587,
        "starttls",
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "webhook"}, "`url_env`: the name of the variable"),
        ({**MAIL, "host": None}, "`host`, `from` and `to`"),
        ({**MAIL, "to": []}, "`host`, `from` and `to`"),
        ({**MAIL, "on": "success"}, "on"),
        ({**MAIL, "password": "x"}, "password"),
        ({**MAIL, "port": 0}, "port"),
    ],
)
def test_what_is_missing_is_named(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        AlertSpec.model_validate(fields)
