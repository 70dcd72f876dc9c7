#!/usr/bin/env bash
# Starts one node of three. Usage: start.sh NUMBER (1 to 3), with payara-micro.jar and synapse.war in this folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

number=${1:?the number of the node, 1 to 3}
set -a
# shellcheck source=node.env
. ./node.env
set +a
export SYNAPSE_NODE_NAME=node-$number
mkdir -p "run/node-$number"
# With a folder of its own for what it unpacks, so that it can drain when it is stopped.
exec java -jar payara-micro.jar --nocluster --disablephonehome --contextroot / --port "808$number" \
    --rootdir "run/node-$number" --prebootcommandfile ../payara-micro/pre-boot.asadmin \
    --logproperties ../payara-micro/logging.properties --deploy synapse.war
