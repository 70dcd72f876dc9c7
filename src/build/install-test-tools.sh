#!/usr/bin/env bash
# Brings what the tests with other clients need: Node, npm, Chromium, the packages of src/test/js, websockets for Python;
# and, if it may, the proxies of server-config/cluster, without which one test says that it was left out.
# Quick when all is there.
set -euo pipefail

js=$(cd "$(dirname "${BASH_SOURCE[0]}")/../test/js" && pwd)

has_node() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)'
}

has_chromium() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

# Debian's packages are for Debian's Python, which need not be the first in the path
has_websockets() {
    /usr/bin/python3 -c 'import websockets' 2>/dev/null || python3 -c 'import websockets' 2>/dev/null
}

missing=()
# Debian's npm pulls in hundreds of packages, and NodeSource's nodejs brings its own and conflicts with it
if ! has_node; then
    missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
fi
has_chromium || missing+=(chromium)
has_websockets || missing+=(python3 python3-websockets)

if ((${#missing[@]})); then
    if ! command -v apt-get >/dev/null || ((EUID != 0)); then
        echo "The tests need Node 18 or newer, npm, Chromium and python3-websockets; missing: ${missing[*]}." >&2
        echo "Install them, run this script as root on Debian, or skip the tests with -DskipITs." >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    if ! has_node; then
        echo "This Debian's nodejs is older than 18: install a newer Node by hand." >&2
        exit 1
    fi
fi

# Both are in folders that are not in everybody's path.
has() {
    PATH=$PATH:/usr/sbin:/usr/local/sbin command -v "$1" >/dev/null
}

proxies=()
has haproxy || proxies+=(haproxy)
has nginx || proxies+=(nginx-light)
if ((${#proxies[@]})); then
    # no service of theirs is to begin to listen on this machine
    if command -v apt-get >/dev/null && ((EUID == 0)); then
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${proxies[@]}" >/dev/null ||
            echo "Without ${proxies[*]}: ProxyIT is left out." >&2
    else
        echo "Without ${proxies[*]}, which only root can install: ProxyIT is left out." >&2
    fi
fi

# npm writes this file last, so a broken installation is never taken for a whole one
installed=$js/node_modules/.package-lock.json
if [[ ! -e $installed || $js/package-lock.json -nt $installed ]]; then
    (cd "$js" && npm ci --no-progress --loglevel=error)
    touch "$installed"
fi
