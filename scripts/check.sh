#!/usr/bin/env bash
# `make check`: everything that can be checked of the project without running it on data.
set -euo pipefail
bin=.venv/bin
step() { printf '\n== %s\n' "$1"; }

step "ruff: style and mistakes in Python"
"$bin/ruff" check .
"$bin/ruff" format --check .
step "mypy: types"
"$bin/mypy"
step "import-linter: layers, boundaries, no cycles"
"$bin/lint-imports"
step "yamllint: YAML"
"$bin/yamllint" --strict models seeds dbt_project.yml dbt-bouncer.yml profiles.yml dagster.yaml examples \
    .pre-commit-config.yaml .github
step "sqlfluff: SQL"
"$bin/sqlfluff" lint --processes 2 --disable-progress-bar models dbt_project/data_tests
step "embudo validate: dbt parses, metrics are consistent"
"$bin/embudo" validate --home "$(mktemp -d)"
step "mf validate-configs"
"$bin/dbt" parse --quiet   # mf and dbt-bouncer read the manifests that dbt leaves in target/
"$bin/mf" validate-configs --skip-dw
step "dbt-bouncer: conventions of the models' YAML"
"$bin/dbt-bouncer" run --config-file dbt-bouncer.yml
step "generated pages are up to date"
"$bin/python" -m scripts.docs --check
step "licences of the locked packages"
"$bin/python" -m scripts.licences
step "SBOM"
bash scripts/sbom.sh
