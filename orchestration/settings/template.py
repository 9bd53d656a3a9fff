"""The `embudo.yml` that `embudo init` writes: every key with what it does, loadable as it is.

What the keys are belongs to `models`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from orchestration.settings.gate_models import Limits
from orchestration.settings.project import CHECKOUT

SCHEMA = CHECKOUT / "docs" / "embudo.schema.json"

_USUAL = (
    "quarantine_share",
    "duplicate_share",
    "exponent_id_share",
    "volume_drop_share",
    "snapshot_drop_share",
    "rows_lost_share",
    "unsent_email_share",
    "unmatched_share",
    "silent_days",
)
"""Limits that companies set; the others are commented out."""

_TEMPLATE = """\
# Settings of your company. `embudo refresh` reads them; mistakes are reported with their line.

company: My company

# Days, weeks and months of all figures are those of this zone (an IANA name).
time_zone: Europe/Madrid

# Figures are in this currency (ISO 4217). Rates of others stand in seeds/exchange_rates.csv.
currency: EUR

# Phone numbers without a prefix are this country's (ISO 3166).
country: ES

# Picks the benchmarks that metrics are compared with: software, retail, services, …
# industry: retail

# `orders`, or `deals` where there is no order system: each won deal then counts as an order.
revenue_from: orders

# Seconds within which a call is answered in time, several at once: service_level_20s, service_level_30s …
# Metrics of 10, 20 and 60 seconds are always there.
# service_level_seconds: [10, 20, 30, 60]

# Fixes "today" for every as-of metric (open pipeline, active customers, …). By default it is the
# latest business timestamp that has landed.
# as_of: 2026-06-30

# The folder that exports are dropped in, relative to this file. --inbox overrides it.
inbox: inbox

# How many releases are kept to roll back to.
keep_releases: 5

# When the refresh runs by itself (crontab: minute hour day month weekday), in the zone above.
schedule: "0 6 * * *"

# What the quality gate tolerates; shares are 0 to 1.
limits:
<limits>

# What is right in this company although a check does not pass: standing exceptions, each with its reason and its
# last day (docs/engineer.md, "Standing exceptions").
# exceptions:
#   - check: marts.customer.fct_order_lines.unstated_negative_amount
#     limits: {failing_share: 0.25}
#     reason: one line in five is a return, which the shop writes with a negative price
#     until: 2027-06-30

# Who is notified when a refresh fails, a source goes quiet, or the gate warns. Nothing is sent unless it is
# stated here; addresses and passwords that are secret stand in the environment (embudo.env).
# alerts:
#   - {kind: webhook, url_env: ALERTS_WEBHOOK, on: [failure, freshness]}
#   - {kind: smtp, host: mail.example.com, from: embudo@example.com, to: [data@example.com],
#      user_env: SMTP_USER, password_env: SMTP_PASSWORD}

# Where the data comes from. Each source is a system whose exports are dropped as files: CSV, JSON
# lines, Parquet or XLSX. A stream names the files that feed it and maps their columns;
# what is not mapped is kept too. Secrets never stand in this file: they belong in the environment.
#
# Take the # away and make it yours:
#
# sources:
#   crm:
#     kind: files
#     format:                     # what all files of the source have in common
#       type: csv
#       delimiter: ";"
#       encoding: latin-1         # utf-8, latin-1, cp1252, utf-16 …
#       decimal: ","              # 1.234,56
#       thousands: "."
#       date: "%d/%m/%Y"          # 31/12/2026
#       timestamp: "%d/%m/%Y %H:%M:%S"
#       nulls: ["", "N/D"]        # what stands for nothing
#     required: [deals]           # streams without which nothing is released
#     limits: {silent_days: 7}    # what differs from the limits above
#     on_breach:                  # what a failed check does with a load: warn, quarantine or stop
#       quarantine_share: quarantine
#       volume: stop              # a load a tenth of the usual
#     streams:
#       deals:
#         files: "deals_*.csv"    # a glob in the inbox, or a list of them
#         columns:
#           deal_id: Id                              # a column of the file
#           pipeline: {value: default}               # the same for all rows
#           stage: Etapa
#           status:                                  # values by name
#             column: Etapa
#             map: {Ganada: won, Perdida: lost}
#             otherwise: open
#           amount: Importe
#           owner_id: Comercial
#           created_at: Creada
#           closed_at: {sql: "nullif(\\"Cierre\\", '00/00/0000')"}    # SQL over the columns
#         where: "\\"Etapa\\" <> 'Prueba'"             # rows that count; others are skipped
#
# From an API, what is new is fetched instead (docs/engineer.md, "API sources"):
#
#   phone:
#     kind: api
#     base_url: https://api.example.com/v1
#     auth: {kind: bearer, token_env: PHONE_TOKEN}    # the variable's name, never the secret
#     streams:
#       calls:
#         path: calls
#         data_selector: calls      # where the records are in a response
#         primary_key: id
#         pagination: {kind: json_link, next: meta.next}
#         cursor: {param: since, path: ended_at, lag: 2d, initial: 2026-01-01}
#         columns:
#           call_id: id
#           direction: direction
#           started_at: started_at
#           disposition: {column: status, map: {done: answered, missed: no_answer}}
sources: {}
"""


def commented_settings(limits: Mapping[str, float | None], folder: Path = CHECKOUT) -> str:
    """The text of a new `embudo.yml` in `folder`; its first line leads editors to the JSON schema."""
    folder = folder.resolve()
    inside = folder.is_relative_to(CHECKOUT)
    schema = os.path.relpath(SCHEMA, folder) if inside else str(SCHEMA)
    template = _TEMPLATE.replace("<limits>", _limits(limits))
    return f"# yaml-language-server: $schema={schema}\n\n{template}"


def _limits(limits: Mapping[str, float | None]) -> str:
    """The usual limits, and the others commented out below."""
    others = [name for name in Limits.model_fields if name not in _USUAL]
    return "\n".join(
        [
            *_lines(_USUAL, limits, "  "),
            "  # Those of single checks (docs/checks.md), where they should differ:",
            *_lines(others, limits, "  # "),
        ]
    )


def _lines(names: Sequence[str], limits: Mapping[str, float | None], before: str) -> Iterator[str]:
    values = {name: f"{name}: {limit_text(limits[name])}" for name in names}
    width = max(map(len, values.values()))
    for name, value in values.items():
        yield f"{before}{value:<{width}}    # {Limits.model_fields[name].description}"


def limit_text(limit: float | None) -> str:
    """A limit as YAML has it; a limit that is not set compares nothing."""
    if isinstance(limit, bool) or limit is None:
        return {True: "true", False: "false", None: "null"}[limit]
    return f"{limit:g}"
