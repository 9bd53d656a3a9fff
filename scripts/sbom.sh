#!/usr/bin/env bash
# Write target/sbom.json: every installed package with version, licence and what needs it, as CycloneDX.
# The tool has an environment of its own: what it brings makes each import of dbt slower.
set -euo pipefail
tool=.venv/sbom
if ! cmp --silent scripts/sbom.lock "$tool/installed.lock"; then
    .venv/bin/uv venv --quiet --clear --python .venv/bin/python "$tool"
    VIRTUAL_ENV="$PWD/$tool" .venv/bin/uv pip sync --quiet --require-hashes scripts/sbom.lock
    cp scripts/sbom.lock "$tool/installed.lock"
fi
mkdir -p target
"$tool/bin/cyclonedx-py" environment .venv --pyproject pyproject.toml --output-reproducible \
    --no-validate --of JSON -o target/sbom.json 2>/dev/null
echo "Wrote target/sbom.json"
