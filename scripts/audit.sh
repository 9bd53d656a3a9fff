#!/usr/bin/env bash
# Look up known vulnerabilities of the locked packages in the OSV service, the only task that needs a network besides
# setting up. Not part of `make check`, which calls nobody; the workflow runs it.
set -euo pipefail
bin=.venv/bin
service=api.osv.dev

if ! "$bin/python" -c "import socket; socket.create_connection(('$service', 443), timeout=5)" 2>/dev/null; then
    echo "Known vulnerabilities were not checked: $service cannot be reached from here." >&2
    exit 1
fi
"$bin/pip-audit" --requirement requirements.lock --require-hashes --disable-pip \
    --vulnerability-service osv --progress-spinner off
