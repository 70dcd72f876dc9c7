#!/usr/bin/env bash
# Measures what taking out Payara's idle timer gains: two servers with the same WAR, measured in turn.
# Needs what "mvn verify" leaves in target/ and src/test/js/node_modules.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

jar=target/server/payara/payara-micro.jar
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait' EXIT

start() { # port, whether the timer is taken out
    java -Dsynapse.payara.idle-timer-off="$2" -Djava.io.tmpdir=target -jar "$jar" --nocluster --disablephonehome \
        --contextroot / --port "$1" --prebootcommandfile server-config/payara-micro/pre-boot.asadmin \
        --logproperties server-config/payara-micro/logging.properties --deploy target/synapse.war \
        >"target/bench-$1.log" 2>&1 &
    pids+=($!)
    for ((i = 0; i < 120; i++)); do
        if curl -sf -o /dev/null "http://127.0.0.1:$1/health/ready"; then return; fi
        sleep 1
    done
    echo "the server on port $1 did not become ready: target/bench-$1.log" >&2
    exit 1
}

start 18081 true
start 18082 false
node bench/idle-timer.mjs 18081 18082
