#!/usr/bin/env bash
# Measures Synapse beside an endpoint without logic: bench/README.md
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

arguments=()
build=false
server=payara
run=
for word in "$@"; do
    case $word in
        --build) build=true ;;
        slow-reader | soak | first-thought | flood | address-flood) run=$word arguments+=("$word") ;;
        payara | wildfly) server=$word arguments+=("$word") ;;
        *) arguments+=("$word") ;;
    esac
done

# each version stands in ../pom.xml too; two that differ would measure something else
while read -r line; do
    name=${line%%>*}
    name=${name#<}
    if grep -q "<$name>" ../pom.xml && ! grep -qF "$line" ../pom.xml; then
        echo "bench/pom.xml and pom.xml differ in $name" >&2
        exit 1
    fi
done < <(grep -oE '<[a-z.-]+\.version>[^<]+' pom.xml)

if $build || [[ ! -f ../target/synapse.war ]]; then
    (cd .. && mvn -q -B -ntp -DskipTests package)
fi
mvn -q -B -ntp "-P$server" -DskipTests package

java=(java -Xmx512m -cp 'target/classes:target/lib/*')
case $run in
    '')
        exec "${java[@]}" io.synapse.bench.Bench "${arguments[@]}"
        ;;
    first-thought)
        exec "${java[@]}" io.synapse.bench.model.FirstThought "${arguments[@]}"
        ;;
    flood)
        exec "${java[@]}" io.synapse.bench.fairness.Flood "${arguments[@]}"
        ;;
    address-flood)
        exec "${java[@]}" io.synapse.bench.fairness.AddressFlood "${arguments[@]}"
        ;;
    slow-reader)
        # on the loopback interface the kernel takes 4 MB for a client that does not read, because of its large packets;
        # in a network of its own it is as between two machines
        if unshare -rn ip link set lo mtu 1500 up 2> /dev/null; then
            exec unshare -rn bash -c 'ip link set lo mtu 1500 up && exec "$@"' bash \
                "${java[@]}" io.synapse.bench.endurance.Endurance "${arguments[@]}"
        fi
        echo "no network of its own (unshare -rn): the kernel will hold what should wait in Synapse" >&2
        ;;
esac
exec "${java[@]}" io.synapse.bench.endurance.Endurance "${arguments[@]}"
