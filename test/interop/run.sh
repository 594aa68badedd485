#!/usr/bin/env bash
# Microchip's own library as the other side of ours. Needs python3 with venv (installed when it is missing and that is
# possible), gcc, make; installs the wheel that requirements.txt names into an environment outside the tracked files. Last
# line: N passed, N failed.
set -euo pipefail
cd "$(dirname "$0")"
top=$(cd ../.. && pwd)
node="$top/node_modules/.bin/node"
if ! python=$(bash environment.sh); then
  echo "0 passed, 1 failed"
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -Wall -Wextra -Werror -O1 -shared -fPIC -o "$work/modem-lines.so" modem-lines.c -ldl
"$node" --disable-warning=ExperimentalWarning run.ts "$python" "$work/modem-lines.so"
