#!/usr/bin/env bash
# Measures Synapse beside an endpoint without logic: bench/README.md
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

arguments=()
build=false
server=payara
for word in "$@"; do
    case $word in
        --build) build=true ;;
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

exec java -Xmx512m -cp 'target/classes:target/lib/*' io.synapse.bench.Bench "${arguments[@]}"
