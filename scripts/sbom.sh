#!/usr/bin/env bash
# Write target/sbom.json: every installed package with version, licence and what needs it, as CycloneDX.
set -euo pipefail
mkdir -p target
.venv/bin/cyclonedx-py environment .venv --pyproject pyproject.toml --output-reproducible \
    --no-validate --of JSON -o target/sbom.json 2>/dev/null
echo "Wrote target/sbom.json"
