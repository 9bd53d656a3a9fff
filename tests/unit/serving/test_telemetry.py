"""Figures for Prometheus."""

from __future__ import annotations

from serving.server import Server
from serving.telemetry import Telemetry
from tests.unit.serving.conftest import Client


def test_requests_are_counted_by_protocol_status_and_time(server: Server) -> None:
    telemetry = Telemetry()
    for seconds, status in ((0.004, "200"), (0.2, "200"), (60.0, "400")):
        telemetry.observe("rest", status, seconds)
    lines = telemetry.text(server.service.pool).splitlines()
    assert 'embudo_requests_total{protocol="rest",status="200"} 2' in lines
    assert 'embudo_request_seconds_bucket{protocol="rest",le="0.005"} 1' in lines
    assert 'embudo_request_seconds_bucket{protocol="rest",le="0.5"} 2' in lines
    assert 'embudo_request_seconds_bucket{protocol="rest",le="+Inf"} 3' in lines
    assert 'embudo_request_seconds_sum{protocol="rest"} 60.204000' in lines
    assert 'embudo_request_seconds_count{protocol="rest"} 3' in lines


def test_the_release_and_the_cache_are_shown(client: Client) -> None:
    path = "/api/v1/query?metrics=orders&where=rep__name = 'nobody'"
    before = figures(client)
    client.get(path)
    client.get(f"{path}&format=csv")
    after = figures(client)
    assert after["embudo_cache_hits_total"] - before["embudo_cache_hits_total"] == 1
    assert after["embudo_cache_misses_total"] - before["embudo_cache_misses_total"] == 1
    assert after['embudo_release_info{release="20260211-1",verdict="pass"}'] == 1
    assert after["embudo_data_age_seconds"] > after["embudo_release_age_seconds"] > 0


def figures(client: Client) -> dict[str, float]:
    lines = client.get("/metrics").text.splitlines()
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line[0] != "#"
    }
