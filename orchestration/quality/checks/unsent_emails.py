"""Gate 3: events of campaign e-mails whose message was never sent, as far as has landed.

They count in no figure: every figure of e-mails is dated by the sending.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from orchestration.quality.limits import About
from orchestration.quality.masking import KEPT, shown
from orchestration.quality.outcomes import Cause, Finding
from orchestration.quality.registry import check
from orchestration.quality.subjects import GateInput

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CAMPAIGNS = 3
"""How many campaigns are named for each source, those with the most such events first."""

_EVENTS = """
    from warehouse.intermediate.int_email__events as events
    inner join warehouse.intermediate.int_email__messages as messages using (message_key)
    where not events._is_deleted
"""


@dataclass(frozen=True)
class _UnsentEvents:
    """The events of one source: all, those without a sending, what kinds there are, and where."""

    source: str
    events: int
    unsent: int
    sent: int
    kinds: tuple[str, ...]
    campaigns: tuple[str, ...]
    campaign_count: int

    @property
    def share(self) -> float:
        """Events without a sending, as a share of the source's events."""
        return self.unsent / self.events

    @property
    def text(self) -> str:
        """What a person reads of the source."""
        more = self.campaign_count - len(self.campaigns)
        campaigns = ", ".join(shown(self.campaigns)) + (f" and {more:,} more" if more else "")
        text = (
            f"{self.source}: {self.unsent:,} of {self.events:,} events ({self.share:.1%}) "
            f"have no `sent` (campaigns {campaigns})"
        )
        if self.sent:
            return text
        return f"{text}; it has no `sent` at all, only {', '.join(self.kinds)}, so none of its rates exist"


@check(
    gate=3,
    name="emails.without_sent",
    scopes=("source", "subject"),
    on="fct_campaign_emails",
    remedy="Map the sendings as events of kind `sent`, or the export that holds them: e-mails are counted and "
    "dated by their sending. Where a log begins in the middle of a campaign, raise "
    "`limits.unsent_email_share`.",
)
def events_without_sent(
    candidate: GateInput,
    *,
    unsent_email_share: Annotated[
        float, About("events of a source's e-mails whose sending has not landed", high=1)
    ] = 0.0,
) -> Finding:
    """Events of campaign e-mails whose message has no `sent`, as a share of a source's events.

    Opens, clicks and the rest of such messages are in no figure until their sending lands.
    """
    with candidate.databases.open() as connection:
        sources = [source for source in _by_source(connection) if source.share > unsent_email_share]
        causes = [
            Cause(
                source.text,
                failures=source.unsent,
                keys=_keys(connection, source.source),
                scope={"source": (source.source,)},
            )
            for source in sources
        ]
    expected = f"a `sent` for at least {1 - unsent_email_share:.1%} of a source's events"
    if causes:
        return Finding.of_causes(causes, expected=expected)
    return Finding(
        passed=True, severity="warn", observed="every event has its `sent`", expected=expected
    )


def _by_source(connection: DuckDBPyConnection) -> list[_UnsentEvents]:
    rows = connection.execute(
        f"""
        with campaigns as (
            select
                split_part(events.event_key, ':', 1) as source,
                events.campaign_key,
                count(*) as events,
                count_if(not messages.is_sent) as unsent,
                count_if(events.kind = 'sent') as sent,
                list(distinct events.kind) as kinds
            {_EVENTS}
            group by all
        )
        select
            source,
            sum(events),
            sum(unsent),
            sum(sent),
            list_sort(list_distinct(flatten(list(kinds)))),
            list(campaign_key order by unsent desc, campaign_key) filter (where unsent > 0),
        from campaigns group by source having sum(unsent) > 0 order by source
        """
    ).fetchall()
    return [
        _UnsentEvents(
            source, events, unsent, sent, tuple(kinds), tuple(keys[:_CAMPAIGNS]), len(keys)
        )
        for source, events, unsent, sent, kinds, keys in rows
    ]


def _keys(connection: DuckDBPyConnection, source: str) -> tuple[str, ...]:
    rows = connection.execute(
        f"select events.event_key {_EVENTS} and not messages.is_sent "
        f"and split_part(events.event_key, ':', 1) = ? order by 1 limit {KEPT}",
        [source],
    ).fetchall()
    return shown(key for (key,) in rows)
