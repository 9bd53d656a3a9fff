"""Headers that carry the trust of an answer."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

from orchestration.core.records import ReleaseWarning
from semantic_layer.records import Trust
from serving.errors import PublicError
from serving.replies import error_reply, json_reply, trust_headers

DOUBT = ReleaseWarning(
    check="loads.volume", subject="crm.deals", observed="3 rows", expected="30", remedy="Ask."
)
AT = datetime(2026, 2, 10, 3, 30, tzinfo=UTC)


def test_trust_headers_are_complete_and_ascii() -> None:
    trust = Trust(
        release_id="20260210-1",
        as_of=AT,
        verdict="warn",
        published_at=AT,
        streams={"crm.deals": AT, "pbx.calls": None},
        accepted={"jumps on revenue\r\nx-evil: 1": "campaña"},
        warnings=(DOUBT, dataclasses.replace(DOUBT, subject="crm.leads", waiver="ana: holiday")),
    )
    headers = trust_headers(trust)
    assert headers["embudo-release"] == "20260210-1"
    assert headers["embudo-data-as-of"] == "2026-02-10T03:30:00Z"
    assert headers["embudo-streams"] == "crm.deals=2026-02-10T03:30:00Z; pbx.calls="
    assert headers["embudo-waived"] == "jumps on revenue%0D%0Ax-evil: 1"
    assert headers["embudo-warnings"] == "loads.volume on crm.deals"
    assert all(value.isascii() and "\n" not in value for value in headers.values())


def test_the_header_names_the_first_twenty_warnings() -> None:
    warnings = tuple(dataclasses.replace(DOUBT, subject=f"crm.{n}") for n in range(30))
    headers = trust_headers(Trust(release_id="r", as_of=None, verdict="warn", warnings=warnings))
    assert headers["embudo-warnings"].endswith("; loads.volume on crm.19")


def test_without_waivers_and_streams() -> None:
    headers = trust_headers(Trust(release_id="r", as_of=None, verdict="pass"))
    assert headers["embudo-data-as-of"] == ""
    assert not {"embudo-waived", "embudo-warnings", "embudo-streams"} & set(headers)


def test_errors_name_a_code_and_how_to_authenticate() -> None:
    reply = error_reply(PublicError(status=401, code="unauthorized", message="no"))
    assert json.loads(reply.content) == {"error": {"code": "unauthorized", "message": "no"}}
    assert reply.headers["www-authenticate"].startswith("Bearer")


def test_dates_become_text() -> None:
    assert json.loads(json_reply({"at": AT.date(), "é": 1}).content) == {"at": "2026-02-10", "é": 1}
