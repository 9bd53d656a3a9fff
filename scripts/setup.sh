#!/usr/bin/env bash
# Make the virtual environment exactly as requirements.lock pins it, and put `embudo` into it.
set -euo pipefail
: "${PYTHON:=python3}" "${VENV:=.venv}"

"$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || {
    echo "Embudo needs Python 3.11, 3.12 or 3.13; found $("$PYTHON" --version). Set PYTHON=/path/to/python3.11." >&2
    exit 1
}
if [ ! -x "$VENV/bin/python" ]; then
    echo "Creating $VENV …"
    "$PYTHON" -m venv "$VENV"
fi
if [ ! -x "$VENV/bin/uv" ]; then
    # The lock pins uv with hashes, as it pins everything else.
    uv_lock=$(mktemp)
    trap 'rm -f "$uv_lock"' EXIT
    awk '/^uv==/ {on=1} on {print; if ($0 !~ /\\$/) exit}' requirements.lock > "$uv_lock"
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$uv_lock"
fi
echo "Installing the packages of requirements.lock …"
VIRTUAL_ENV="$PWD/$VENV" "$VENV/bin/uv" pip sync --quiet --compile-bytecode --require-hashes requirements.lock
VIRTUAL_ENV="$PWD/$VENV" "$VENV/bin/uv" pip install --quiet --no-deps --no-build-isolation --editable .
mkdir -p .embudo/dev
echo "Parsing the models and planning the metrics, once …"
"$VENV/bin/embudo" prepare --home .embudo >/dev/null
