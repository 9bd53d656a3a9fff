"""How long ago something was, as a person reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def age(moment: datetime) -> timedelta:
    """The time since then; a moment without a zone is UTC. Negative where it is in the future."""
    return datetime.now(UTC) - (moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def ago(moment: datetime) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `4 days ago`, or `in the future`."""
    minutes = int(age(moment).total_seconds() // 60)
    if minutes < -1:
        return "in the future"
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{minutes} min ago"
    hours = minutes // 60
    return f"{hours} h ago" if hours < 48 else f"{hours // 24} days ago"
