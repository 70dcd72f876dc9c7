#!/usr/bin/env bash
# Drains a node and waits until it may be stopped: for preStop of Kubernetes and ExecStop of systemd.
# Usage: drain.sh URL [SECONDS], with an API key that has the role synapse-admin in SYNAPSE_ADMIN_KEY.
# Ends with 0 when the node is drained or gone, with 1 when the seconds (120) are over, with 2 when it is refused.
set -euo pipefail

url=${1:?the URL of the node, such as http://127.0.0.1:8080}
seconds=${2:-120}
key=${SYNAPSE_ADMIN_KEY:?an API key with the role synapse-admin}

call() { # method; the answer is a JSON object in one line, and after it the status
    # by standard input: what stands in arguments, everybody on this machine can read
    curl -sS --max-time 10 -o - -w '\n%{http_code}' -X "$1" -K - "$url/api/drain" <<<"header = \"Authorization: Bearer $key\""
}

answer=$(call POST)
if [[ ${answer##*$'\n'} != 202 ]]; then
    echo "the node does not drain: $answer" >&2
    exit 2
fi
deadline=$((SECONDS + seconds))
while ((SECONDS < deadline)); do
    answer=$(call GET) || exit 0
    case $answer in
    *'"state":"drained"'*) exit 0 ;;
    *'"state":"serving"'*)
        echo "the drain was taken back" >&2
        exit 2
        ;;
    esac
    sleep 1
done
echo "not drained within $seconds s: $answer" >&2
exit 1
