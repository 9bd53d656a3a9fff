#!/usr/bin/env bash
# `make check`: everything that can be said of the project without running it on data.
set -euo pipefail
bin=.venv/bin
say() { printf '\n== %s\n' "$1"; }

say "ruff: style and mistakes in Python"
"$bin/ruff" check .
"$bin/ruff" format --check .
say "mypy: types"
"$bin/mypy"
say "yamllint: YAML"
"$bin/yamllint" --strict models seeds dbt_project.yml profiles.yml dagster.yaml examples
say "sqlfluff: SQL"
"$bin/sqlfluff" lint --processes 2 --disable-progress-bar models dbt_project/data_tests
say "embudo validate: dbt parses, metrics hold together"
"$bin/embudo" validate --home "$(mktemp -d)"
say "mf validate-configs"
"$bin/dbt" parse --quiet   # mf reads the semantic manifest that dbt leaves in target/
"$bin/mf" validate-configs --skip-dw
say "walls between the rooms"
"$bin/pytest" -q tests/unit/test_walls.py
