"""REST operations over a real server, their figures added up by hand from the tiny company's rows."""

from __future__ import annotations

import pytest

from tests.unit.serving.conftest import Client

QUERY = "/api/v1/query"
MONTHS = [
    ("2025-11-01", 150.15),
    ("2025-12-01", 200.0),
    ("2026-01-01", 310.25),
    ("2026-02-01", 40.0),
]


def test_a_query_by_address_and_by_body(client: Client) -> None:
    by_address = client.get(f"{QUERY}?metrics=revenue&grain=month")
    body = {"metrics": ["revenue"], "group_by": ["metric_time__month"]}
    by_body = client.request("POST", QUERY, json=body)
    for answer in (by_address, by_body):
        assert [(r["metric_time__month"], r["revenue"]) for r in answer.json()["rows"]] == MONTHS


def test_filters_order_limit_and_offset(client: Client) -> None:
    answer = client.get(
        QUERY,
        params={"metrics": "revenue", "group_by": "rep__name", "order_by": "-revenue", "limit": 1, "offset": 1,
                "where": ["{{ Dimension('rep__region') }} = 'Norte'", "metric_time >= '2025-11'"]},
    )  # fmt: skip
    assert answer.json()["rows"] == [{"rep__name": "Ana", "revenue": 160.15}]


def test_saved_queries_keep_their_shape(client: Client) -> None:
    rows = client.get(f"{QUERY}?saved_query=rep_scorecard&where=rep__team = 'Alfa'&limit=1").json()[
        "rows"
    ]
    assert rows == [
        {"metric_time__month": "2025-11-01", "rep__team": "Alfa", "revenue": 150.15, "win_rate": 1}
    ]
    refused = client.get(f"{QUERY}?saved_query=rep_scorecard&group_by=rep__team")
    assert (
        refused.status_code == 400
        and "expected no `group_by`" in refused.json()["error"]["message"]
    )


def test_every_answer_shows_its_trust(client: Client) -> None:
    headers = client.get(f"{QUERY}?metrics=win_rate").headers
    assert (headers["embudo-release"], headers["embudo-verdict"]) == ("20260211-1", "pass")
    assert headers["embudo-data-as-of"] == "2026-02-10T03:30:00Z"
    assert headers["embudo-streams"] == "crm.deals=2026-02-10T03:00:00Z"


def test_a_pinned_release(client: Client) -> None:
    answer = client.get(f"{QUERY}?metrics=revenue&release=20260210-1")
    assert answer.json()["trust"]["release_id"] == "20260210-1"
    unknown = client.get(f"{QUERY}?metrics=revenue&release=../../etc")
    assert unknown.status_code == 404
    assert unknown.json()["error"]["code"] == "release_unknown"
    listed = client.get("/api/v1/releases").json()["releases"]
    assert [(r["release_id"], r["is_current"]) for r in listed] == [
        ("20260211-1", True),
        ("20260210-1", False),
    ]


def test_an_answer_is_sent_again_only_for_another_release_or_request(client: Client) -> None:
    path = f"{QUERY}?metrics=revenue&grain=month"
    tag = client.get(path).headers["etag"]
    same = client.get(path, headers={"if-none-match": f'"x", {tag}'})
    assert (same.status_code, same.content) == (304, b"")
    for other in (
        f"{path}&release=20260210-1",
        f"{path}&format=csv",
        f"{path}&lang=es",
        f"{path}&limit=1",
    ):
        assert client.get(other, headers={"if-none-match": tag}).status_code == 200
    card = client.get("/api/v1/metrics/revenue").headers["etag"]
    assert client.get("/api/v1/metrics/revenue", headers={"if-none-match": card}).status_code == 304


def test_the_catalogue(client: Client) -> None:
    names = [metric["name"] for metric in client.get("/api/v1/metrics").json()["metrics"]]
    assert {"revenue", "win_rate"} <= set(names)
    card = client.get("/api/v1/metrics/win_rate").json()
    assert card["metric"]["inputs"] == ["opportunities_won", "opportunities_closed"]
    assert card["lineage"]["streams"] == ["deals"]
    assert client.get("/api/v1/metrics/x").status_code == 404
    shared = client.get("/api/v1/dimensions?metrics=revenue,win_rate").json()["dimensions"]
    assert {"metric_time", "rep__team"} <= {d["name"] for d in shared}
    assert "deal__stage" not in {d["name"] for d in shared}
    saved = client.get("/api/v1/saved-queries").json()["saved_queries"]
    assert saved[0]["request"]["metrics"] == ["revenue", "win_rate"]


def test_values_of_a_dimension(client: Client) -> None:
    answer = client.get("/api/v1/dimensions/rep__team/values?format=csv")
    assert answer.text == "rep__team\nAlfa\n{{ 7 * 7 }}\n"
    assert client.get("/api/v1/dimensions/rep__x/values").status_code == 400


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("metrics=revenu", "no metric `revenu`. Nearest: revenue"),
        ("metrics=revenue&group_by=rep__tean", "no dimension `rep__tean`"),
        ("metrics=revenue&grain=fortnight", "no grain `fortnight`"),
        ("metrics=revenue&where=", "A filter is empty"),
        (
            "metrics=revenue&format=xml",
            "`format` is `xml`; expected one of json, csv, arrow, parquet, xlsx",
        ),
        ("metrics=revenue&were=1", "no parameter `were`"),
        ("", "names no metric"),
    ],
)
def test_mistakes_are_explained(client: Client, parameters: str, message: str) -> None:
    answer = client.get(f"{QUERY}?{parameters}")
    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]
