"""Counts and times of requests in the text format of Prometheus, at `/metrics`.

Nothing leaves the machine (I11): a Prometheus that somebody runs reads it here, with a token.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime

from semantic_layer.layer_pool import LayerPool

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_BUCKETS = (0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0)
"""Seconds."""


class Telemetry:
    """Requests since the server started, by protocol. Safe to share between threads."""

    def __init__(self) -> None:
        """Nothing has been counted."""
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str]] = Counter()
        self._buckets: Counter[tuple[str, float]] = Counter()
        self._seconds: dict[str, float] = {}

    def observe(self, protocol: str, status: str, seconds: float) -> None:
        """Count one request."""
        with self._lock:
            self._requests[protocol, status] += 1
            self._seconds[protocol] = self._seconds.get(protocol, 0.0) + seconds
            for bound in _BUCKETS:
                if seconds <= bound:
                    self._buckets[protocol, bound] += 1

    def text(self, pool: LayerPool) -> str:
        """Everything that is measured, with the state of the release that answers."""
        lines = self._request_lines()
        with pool.lease() as layer:
            use, facts = layer.warehouse.cache_use, layer.facts
        lines += _metric(
            "embudo_cache_hits_total", "counter", "Queries answered from the cache.", use.hits
        )
        lines += _metric("embudo_cache_misses_total", "counter", "Queries run.", use.misses)
        lines += _metric("embudo_cache_bytes", "gauge", "Bytes of cached answers.", use.size)
        now = datetime.now(UTC)
        for name, help_text, at in (
            ("embudo_release_age_seconds", "Since the release was published.", facts.published_at),
            ("embudo_data_age_seconds", "Since the data-as-of time of the release.", facts.as_of),
        ):
            if at is not None:
                lines += _metric(name, "gauge", help_text, f"{(now - at).total_seconds():.0f}")
        labels = f'release="{_escaped(facts.release_id)}",verdict="{_escaped(facts.verdict)}"'
        lines += _header("embudo_release_info", "gauge", "The release that answers.")
        lines.append(f"embudo_release_info{{{labels}}} 1")
        lines += _metric(
            "embudo_release_waived_checks", "gauge", "Failed checks waived.", len(facts.accepted)
        )
        return "\n".join(lines) + "\n"

    def _request_lines(self) -> list[str]:
        with self._lock:
            requests, buckets = dict(self._requests), dict(self._buckets)
            seconds = dict(self._seconds)
        lines = _header("embudo_requests_total", "counter", "Requests by protocol and status.")
        lines += [
            f'embudo_requests_total{{protocol="{protocol}",status="{status}"}} {count}'
            for (protocol, status), count in sorted(requests.items())
        ]
        name = "embudo_request_seconds"
        lines += _header(name, "histogram", "Time to answer, by protocol.")
        for protocol, total in sorted(seconds.items()):
            count = sum(number for (key, _), number in requests.items() if key == protocol)
            label = f'protocol="{protocol}"'
            lines += [
                f'{name}_bucket{{{label},le="{bound:g}"}} {buckets.get((protocol, bound), 0)}'
                for bound in _BUCKETS
            ]
            lines.append(f'{name}_bucket{{{label},le="+Inf"}} {count}')
            lines.append(f"{name}_sum{{{label}}} {total:.6f}")
            lines.append(f"{name}_count{{{label}}} {count}")
        return lines


def _header(name: str, kind: str, help_text: str) -> list[str]:
    return [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"]


def _metric(name: str, kind: str, help_text: str, value: object) -> list[str]:
    return [*_header(name, kind, help_text), f"{name} {value}"]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
