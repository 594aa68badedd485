#!/usr/bin/env bash
# Microchip's own library as the other side of ours. Needs python3 with venv, gcc, make; installs the wheel that
# requirements.txt names into an environment outside the tracked files. Last line: N passed, N failed.
set -euo pipefail
cd "$(dirname "$0")"
top=$(cd ../.. && pwd)
node="$top/node_modules/.bin/node"
python=$(bash environment.sh)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -Wall -Wextra -Werror -O1 -shared -fPIC -o "$work/modem-lines.so" modem-lines.c -ldl
"$node" --disable-warning=ExperimentalWarning run.ts "$python" "$work/modem-lines.so"
