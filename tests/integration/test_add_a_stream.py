"""The walks of docs/dev/add-a-stream.md and add-a-metric.md, in a copy of the checkout, counted in files.

What a stream needs is found by name: nothing but its own files, its area's YAML and generated pages change.
That `embudo forget` erases such a stream is in tests/faults/test_forgotten_new_stream.py.
"""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

COPIED = ("models", "seeds", "dbt_project", "docs", "scripts", "orchestration", "semantic_layer")
LINKED = ("scorecards", "serving", "sandbox")
FILES = ("pyproject.toml", "dbt_project.yml", "profiles.yml", "dbt-bouncer.yml", "Makefile")

CONTRACT = """
      - name: contracts
        description: One row per version of a maintenance contract.
        config:
          meta:
            area: crm
            personal: owned
            keys: [contract_id]
            newest_by: updated_at
            business_times: [signed_at]
        columns:
          - name: contract_id
            data_type: varchar
            description: Id of the contract in the source.
            config:
              meta: {required: true}
          - name: contact_id
            data_type: varchar
            description: "{{ doc('source_contact_id') }}"
            config:
              meta: {refers_to: contacts}
          - name: monthly_fee
            data_type: decimal(18,4)
            description: Fee per month, in the contract's currency.
            config:
              meta: {required: true}
          - name: signed_at
            data_type: timestamp
            description: When it was signed, UTC.
            config:
              meta: {required: true}
          - name: updated_at
            data_type: timestamp
            description: When the source last changed the row, UTC.
          # what ingestion adds
          - *source
          - *key_source
          - *load_id
          - *load_seq
          - *loaded_at
          - *file
          - *line
          - *is_deleted
          - *extra
"""
STAGING = """-- grain: one row per contract, in its newest version
with versions as (
    {{ newest_versions(source('files', 'contracts'), ['contract_id'], newest_by='updated_at') }}
),

final as (
    select
        {{ entity_key(['contract_id']) }} as contract_key,
        {{ reference_key('contact_id') }} as contact_key,
        monthly_fee,
        signed_at
    from versions
    where not _is_deleted
)

select * from final
"""
STAGING_YAML = """
  - name: stg_files__contracts
    description: One row per contract, from file drops; renamed, keyed and in its newest version.
    columns:
      - name: contract_key
        description: "Contract, as `source:id`."
        data_tests: [is_key]
"""
MART = """-- grain: one row per contract
with contracts as (
    select * from {{ ref('stg_files__contracts') }}
),

final as (
    select
        -- keys
        contract_key,
        contact_key,

        -- measures
        monthly_fee as monthly_fee_local,

        -- times
        signed_at,
        {{ local_date('signed_at') }} as signed_on
    from contracts
)

select * from final
"""
MART_YAML = """version: 2

models:
  - name: fct_contracts
    description: "One row per maintenance contract."
    semantic_model:
      enabled: true
      name: contracts
    agg_time_dimension: signed_on
    columns:
      - name: contract_key
        description: "Contract, as `source:id`."
        data_type: varchar
        entity: {type: primary, name: contract}
        data_tests: [is_key]
        config:
          meta: {personal: owned}
      - name: contact_key
        description: "{{ doc('contact_key') }}"
        data_type: varchar
        entity: {type: foreign, name: contact}
      - name: monthly_fee_local
        description: "Fee per month, in the contract's currency."
        data_type: decimal(18,4)
      - name: signed_at
        description: When it was signed, UTC.
        data_type: timestamp
      - name: signed_on
        description: Day of signing, on the company's calendar.
        data_type: date
        granularity: day
        dimension: {type: time, label: Signed on}
    metrics:
      - name: contracts_signed
        type: simple
        agg: count_distinct
        expr: contract_key
        label: Contracts signed
        description: Count of contracts; by the day of signing.
        config:
          meta:
            family: revenue
            unit: count
            better: up
            cadence: monthly
            roles: [manager, director]
            owner: sales_operations
            objective: grow_revenue
            action: Offer a contract with each delivery.
            label_es: Contratos firmados
"""
CHECKS = """key: contract_key
rows_when: {contracts: "true"}

expect:
  not_null: [contract_key, signed_on]
  unique: [contract_key]

reconcile:
  contracts:
    what: contracts and their fees as landed
    stream_key: [contract_id]
    facts:
      monthly_fee_local: landed.monthly_fee
"""
METRIC = """
  - name: units_per_order
    type: ratio
    numerator: units_sold
    denominator: orders
    label: Units per order
    description: units_sold / orders; by order date.
    config:
      meta:
        family: revenue
        unit: ratio
        better: up
        cadence: monthly
        roles: [manager, director]
        owner: sales_operations
        objective: grow_revenue
        action: Offer bundles to customers who order one thing.
        label_es: Unidades por pedido
"""
REQUIRED = """
import json, sys
from pathlib import Path
from orchestration.quality import required_checks
from orchestration.settings.contract_loading import load_contract
manifest = json.loads(Path(sys.argv[1]).read_text())
required = required_checks(manifest, metrics=())
print(json.dumps({"checks": required, "stream": load_contract()["contracts"].personal}))
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what a contributor edits."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    return folder


def run(checkout: Path, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(checkout), "EMBUDO_PROJECT": str(checkout)}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
        env=environment | {"PYTHONDONTWRITEBYTECODE": "1"},
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def embudo(checkout: Path, *arguments: str) -> str:
    main = "import sys; from orchestration.cli import main; sys.exit(main())"
    home = str(checkout.parent / "home")
    return run(checkout, "-c", main, *arguments, "--home", home)


def changed(checkout: Path) -> set[str]:
    """Files that differ from this checkout's, or are new, below the copied folders."""
    changed_files = set()
    for name in (*COPIED, "tests"):
        for path in (checkout / name).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                relative = path.relative_to(checkout)
                original = ROOT / relative
                if not original.exists() or not filecmp.cmp(path, original, shallow=False):
                    changed_files.add(str(relative))
    return changed_files


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + text, encoding="utf-8")


def test_a_stream_with_a_mart_takes_six_files_and_no_list(checkout: Path) -> None:
    """Contract, staging, mart and checks; the gate requires its checks, and `make docs` lists it."""
    staging = checkout / "models" / "staging" / "files"
    append(staging / "_crm__sources.yml", "\n" + CONTRACT.strip("\n").replace("\n\n", "\n") + "\n")
    append(staging / "_crm__models.yml", STAGING_YAML)
    (staging / "stg_files__contracts.sql").write_text(STAGING)
    funnel = checkout / "models" / "funnel"
    (funnel / "fct_contracts.sql").write_text(MART)
    (funnel / "_fct_contracts.yml").write_text(MART_YAML)
    (funnel / "_fct_contracts__checks.yml").write_text(CHECKS)

    embudo(checkout, "validate")
    run(checkout, "-m", "scripts.docs")
    assert {file for file in changed(checkout) if not file.startswith("docs/")} == {
        "models/staging/files/_crm__sources.yml",
        "models/staging/files/_crm__models.yml",
        "models/staging/files/stg_files__contracts.sql",
        "models/funnel/fct_contracts.sql",
        "models/funnel/_fct_contracts.yml",
        "models/funnel/_fct_contracts__checks.yml",
    }
    for page in ("streams", "marts", "metrics"):
        assert "contracts" in (checkout / "docs" / f"{page}.md").read_text(encoding="utf-8")

    (manifest,) = [
        path
        for path in Path(os.environ["EMBUDO_DBT_CACHE"]).glob("*/manifest.json")
        if "fct_contracts" in path.read_text(encoding="utf-8")
    ][:1]
    required = json.loads(run(checkout, "-c", REQUIRED, str(manifest)).splitlines()[-1])
    assert required["stream"] == "owned"
    assert required["checks"]["reconcile.contracts"]
    assert [name for name in required["checks"] if "fct_contracts" in name and "dbt." not in name]


def test_a_metric_takes_two_files(checkout: Path) -> None:
    """Its YAML, and its figure worked out by other means; `make docs` lists it."""
    append(checkout / "models" / "metrics" / "revenue.yml", METRIC)
    append(
        checkout / "tests" / "e2e" / "oracle" / "revenue.sql",
        "\n\n-- metric: units_per_order\nselect 1;\n",
    )
    embudo(checkout, "validate")
    run(checkout, "-m", "scripts.docs")
    generated = {"docs/bi.md", "docs/dev/invariants.md", "docs/metrics.md"}
    assert changed(checkout) - generated == {
        "models/metrics/revenue.yml",
        "tests/e2e/oracle/revenue.sql",
    }
    assert "units_per_order" in (checkout / "docs" / "metrics.md").read_text(encoding="utf-8")
