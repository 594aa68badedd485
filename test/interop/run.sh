#!/usr/bin/env bash
# Microchip's own library as the other side of ours. Needs python3 with venv, gcc, make; installs the wheel that
# requirements.txt names into an environment outside the tracked files. Last line: N passed, N failed.
set -euo pipefail
cd "$(dirname "$0")"
top=$(cd ../.. && pwd)
node="$top/node_modules/.bin/node"
cache="$top/node_modules/.cache/signet-interop"
wanted=$(sha256sum requirements.txt | cut -c1-16)-$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
environment="$cache/$wanted"

if [ ! -e "$environment/ready" ]; then
  rm -rf "$environment"
  mkdir -p "$cache"
  python3 -m venv "$environment"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --no-deps \
    --require-hashes --requirement requirements.txt
  touch "$environment/ready"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -Wall -Wextra -Werror -O1 -shared -fPIC -o "$work/modem-lines.so" modem-lines.c -ldl
"$node" --disable-warning=ExperimentalWarning run.ts "$environment/bin/python" "$work/modem-lines.so"
