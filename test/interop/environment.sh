#!/usr/bin/env bash
# Installs the wheel that requirements.txt names into an environment outside the tracked files, unless it is there already,
# and prints its interpreter. What Python lacks for that is installed as a Debian package where that is possible.
set -euo pipefail
cd "$(dirname "$0")"
packages=(python3 python3-venv)

can_make_environments() {
  python3 -c 'import venv; from ensurepip import bootstrap' 2>/dev/null
}

if ! can_make_environments; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >/dev/null || true
  fi
  if ! can_make_environments; then
    echo "Microchip's library needs the Debian packages ${packages[*]}." >&2
    exit 1
  fi
fi

cache=$(cd ../.. && pwd)/node_modules/.cache/signet-interop
wanted=$(sha256sum requirements.txt | cut -c1-16)-$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
environment="$cache/$wanted"
mkdir -p "$cache"
# One at a time, however many suites ask.
exec 9>"$cache/lock"
flock 9
# An interpreter that was updated away leaves an environment without one.
if [ ! -e "$environment/ready" ] || ! "$environment/bin/python" -c "" 2>/dev/null; then
  rm -rf "$environment"
  python3 -m venv "$environment" >&2
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --no-deps \
    --require-hashes --requirement requirements.txt >&2
  touch "$environment/ready"
fi
echo "$environment/bin/python"
