"""A home with landed contacts and calls, and the person who is erased from it."""

from __future__ import annotations

from pathlib import Path

from orchestration.core.records import Load
from orchestration.privacy.data_subject import DataSubject
from orchestration.privacy.hash_key import PrivacyKey
from tests.unit.ingestion.factories import Company

KEY = PrivacyKey(b"a key of thirty-two characters at least")
ANA = DataSubject(emails=("ana@example.com",), subjects={"contacts": ("crm:1",)})

CONTACTS = (
    "id,name,mail,made\n1,Ana,ana@example.com,2026-01-01\n2,Bea,bea@example.com,2026-01-02\n"
    "3,,ana@example.com,never\n"
)
DEALS = (
    "id,name,contact,stage,made\n10,For ana@example.com,1,New,2026-01-03\n"
    "11,Other,2,New,2026-01-03\n12,Ask Ana@Example.com,2,New,2026-01-04\n"
)


def landed_company(folder: Path) -> tuple[Company, dict[str, Load]]:
    """Two contacts and a quarantined one, three deals; and the load of each stream."""
    company = Company(folder)
    company.drop("contacts.csv", CONTACTS)
    company.drop("deals.csv", DEALS)
    company.source = {
        "streams": {
            "contacts": {
                "files": "contacts.csv",
                "columns": {
                    "contact_id": "id", "full_name": "name", "email": "mail", "created_at": "made",
                },
            },
            "deals": {
                "files": "deals.csv",
                "columns": {
                    "deal_id": "id", "name": "name", "contact_id": "contact", "stage": "stage",
                    "status": {"value": "open"}, "created_at": "made",
                },
            },
        }
    }  # fmt: skip
    return company, {load.stream: load for load in company.land().loads}
