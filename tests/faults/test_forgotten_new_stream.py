"""A stream that a team adds itself: declared in its contract, it is erased by `embudo forget`; undeclared, refused.

No code knows the stream: the contract, a staging model and a mart are all that the copy of the project adds.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

from tests.byte_search import found_in
from tests.conftest import Embudo
from tests.e2e.factories import company_of, project_copy

pytestmark = pytest.mark.slow

KEY = {"EMBUDO_PRIVACY_KEY": "a-key-of-thirty-two-characters-or-more"}
ANA, BEA = "ana.lopez@nowhere.example", "bea.ruiz@nowhere.example"
HEADER = "chat_id,contact_id,visitor_email,opened_at,topic"
FILES = {
    "contacts": (
        "contact_id,full_name,email,created_at\n"
        f"c1,Ana,{ANA},2026-01-01T09:00:00Z\nc2,Bea,{BEA},2026-01-01T09:00:00Z\n"
    ),
    "orders": (
        "order_id,contact_id,ordered_at,status\n"
        "o1,c1,2026-01-05T09:00:00Z,completed\no2,c2,2026-01-05T10:00:00Z,completed\n"
    ),
    "order_lines": "order_id,line_no,product_id,quantity,unit_price\no1,1,p1,1,10\no2,1,p1,1,20\n",
    "chats": (
        f"{HEADER}\n"
        f"h1,,{ANA.upper()},2026-01-02T09:00:00Z,prices\n"
        "h2,c1,,2026-01-03T09:00:00Z,delivery\n"
        f"h3,c2,{BEA},2026-01-04T09:00:00Z,asks for {ANA}\n"
    ),
}
COLUMNS: dict[str, tuple[str, dict[str, object]]] = {
    "chat_id": ("varchar", {"required": True}),
    "contact_id": ("varchar", {"refers_to": "contacts"}),
    "visitor_email": ("varchar", {"address": "email"}),
    "opened_at": ("timestamp", {"required": True}),
    "topic": ("varchar", {"free_text": True}),
}
ADDED = {
    "_source": "varchar", "_key_source": "varchar", "_load_id": "varchar", "_load_seq": "bigint",
    "_loaded_at": "timestamp", "_file": "varchar", "_line": "bigint", "_is_deleted": "boolean",
    "_extra": "varchar",
}  # fmt: skip
STAGING = """-- grain: one row per chat
with source as (
    select * from {{ source('files', 'chats') }}
),

final as (
    select
        {{ entity_key(['chat_id']) }} as chat_key,
        {{ reference_key('contact_id') }} as contact_key,
        visitor_email,
        opened_at,
        topic
    from source
)

select * from final
"""
MART = """-- grain: one row per chat
with chats as (
    select * from {{ ref('stg_files__chats') }}
),

final as (
    select chat_key, contact_key, opened_at, topic from chats
)

select * from final
"""
MART_TYPES = {
    "chat_key": "varchar", "contact_key": "varchar", "opened_at": "timestamp", "topic": "varchar",
}  # fmt: skip


def with_chats(project: Path, *, declared: bool = True) -> Path:
    """The copy with the stream `chats`, whose contract declares its personal data only where `declared`."""
    columns = [
        {
            "name": name,
            "data_type": kind,
            "description": f"Of the chat: {name}.",
            "config": {"meta": {k: v for k, v in meta.items() if declared or k == "required"}},
        }
        for name, (kind, meta) in COLUMNS.items()
    ]
    columns += [
        {
            "name": name,
            "data_type": kind,
            "config": {"meta": {"free_text": True} if name == "_extra" else {}},
        }
        for name, kind in ADDED.items()
    ]
    meta = {"area": "chat", "keys": ["chat_id"], "business_times": ["opened_at"]}
    table = {
        "name": "chats",
        "description": "One row per chat on the website.",
        "config": {"meta": meta | ({"personal": "owned"} if declared else {})},
        "columns": columns,
    }
    # dbt reads one file per source: the stream joins those of its neighbours.
    contract = project / "models" / "staging" / "files" / "_crm__sources.yml"
    source = yaml.safe_load(contract.read_text(encoding="utf-8"))
    source["sources"][0]["tables"].append(table)
    contract.write_text(yaml.safe_dump(source, sort_keys=False), encoding="utf-8")
    (project / "models" / "staging" / "files" / "stg_files__chats.sql").write_text(STAGING)
    (project / "models" / "activity" / "fct_chats.sql").write_text(MART)
    mart = {
        "name": "fct_chats",
        "description": "One row per chat on the website.",
        "columns": [
            {
                "name": name,
                "data_type": kind,
                "description": f"Of the chat: {name}.",
                "config": {"meta": {"personal": "owned"} if name == "chat_key" else {}},
            }
            for name, kind in MART_TYPES.items()
        ],
    }
    (project / "models" / "activity" / "_fct_chats.yml").write_text(
        yaml.safe_dump({"version": 2, "models": [mart]}, sort_keys=False), encoding="utf-8"
    )
    return project


def chats(company: Embudo) -> list[tuple[object, ...]]:
    with duckdb.connect(str(company.home / "current" / "marts.duckdb"), read_only=True) as marts:
        return marts.execute(
            "select chat_key, contact_key, topic from activity.fct_chats order by 1"
        ).fetchall()


def test_a_declared_stream_is_erased_and_stays_erased(tmp_path: Path) -> None:
    """By the address in it and by the contact that it refers to; what names the person keeps all but the address."""
    (tmp_path / "project").mkdir()
    (tmp_path / "company").mkdir()
    project = {"EMBUDO_PROJECT": str(with_chats(project_copy(tmp_path / "project")))} | KEY
    company = company_of(tmp_path / "company", FILES, time_zone="UTC", currency="EUR")
    company("refresh", **project)
    assert [row[0] for row in chats(company)] == ["crm:h1", "crm:h2", "crm:h3"]

    planned = company("forget", "--email", ANA, "--dry-run", **project).stdout
    assert "crm.chats" in planned
    company("forget", "--email", ANA, "--yes", **project)
    assert chats(company) == [("crm:h3", "crm:c2", "asks for ***")]
    assert found_in(company.home, [ANA]) == []
    landed = duckdb.sql(
        f"select chat_id, topic from read_parquet('{company.home}/landing/crm/chats/*.parquet')"
    ).fetchall()
    assert landed == [("h3", "asks for [forgotten]")]

    (tmp_path / "company" / "chats.csv").write_text(
        f"{HEADER}\n"
        f"h4,,{ANA},2026-01-06T09:00:00Z,again\n"
        "h5,c1,,2026-01-06T09:00:00Z,by contact\n"
        f"h6,c2,{BEA},2026-01-06T10:00:00Z,about {ANA}\n"
    )
    company("refresh", **project)
    assert chats(company) == [
        ("crm:h3", "crm:c2", "asks for [forgotten]"),
        ("crm:h6", "crm:c2", None),
    ]
    assert found_in(company.home, [ANA]) == []


def test_an_undeclared_stream_is_refused_before_anything_lands(tmp_path: Path) -> None:
    """The message names the columns that lack a declaration; no file is read."""
    (tmp_path / "project").mkdir()
    (tmp_path / "company").mkdir()
    copied = with_chats(project_copy(tmp_path / "project"), declared=False)
    company = company_of(tmp_path / "company", FILES, time_zone="UTC", currency="EUR")
    for command in ("validate", "refresh"):
        refused = company(command, expect=3, EMBUDO_PROJECT=str(copied), **KEY).stderr
        words = " ".join(refused.split())
        assert "stream chats, column visitor_email" in words
        assert "`address: email | phone | handle | name`" in words
        assert "stream chats, column contact_id" in words
        assert "`refers_to: contacts`" in words
    assert not list((company.home / "landing").rglob("*.parquet"))
