#!/usr/bin/env bash
# Installs the wheel that requirements.txt names into an environment outside the tracked files, unless it is there already,
# and prints its interpreter.
set -euo pipefail
cd "$(dirname "$0")"
cache=$(cd ../.. && pwd)/node_modules/.cache/signet-interop
wanted=$(sha256sum requirements.txt | cut -c1-16)-$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
environment="$cache/$wanted"
if [ ! -e "$environment/ready" ]; then
  rm -rf "$environment"
  mkdir -p "$cache"
  python3 -m venv "$environment" >&2
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --no-deps \
    --require-hashes --requirement requirements.txt >&2
  touch "$environment/ready"
fi
echo "$environment/bin/python"
