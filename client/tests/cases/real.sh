# This machine: the real commands, the real files, and how long it takes.
# shellcheck shell=bash disable=SC2034,SC2016,SC2154

real() {
    env -u PAKITI_CLIENT_ROOT bash "$CLIENT" "$@" >"$SCRATCH/out" 2>"$SCRATCH/err"
    STATUS=$?
}

if type -P dpkg-query >/dev/null && [[ -s /var/lib/dpkg/status ]] && [[ -z $(rpm -qa 2>/dev/null) ]]; then
    real --host real.example.org
    equal "this machine: exit code" 0 "$STATUS"
    same "this machine: nothing on stderr" /dev/null "$SCRATCH/err"
    has "this machine: host" "$SCRATCH/out" 'host: real.example.org'
    has "this machine: arch" "$SCRATCH/out" "arch: $(uname -m)"
    equal "this machine: its bash" "$(dpkg-query -W -f '${Package} ${Version} ${Architecture}' bash)" \
        "$(grep '^bash'$'\t' "$SCRATCH/out" | cut -f 1-3 | tr '\t' ' ')"
    equal "this machine: every package is there" "$(dpkg-query -W -f '${db:Status-Abbrev}\n' | grep -c '^.[^cn]')" \
        "$(sed '1,/^version: 6/d' "$SCRATCH/out" | grep -vc '^#')"
    real --protocol 5
    equal "this machine: protocol 5" "$(dpkg-query -W -f '${db:Status-Abbrev}\t${Package}\t${Version}\t${Architecture}\n' |
        grep '^.[^cn]' | cut -f 2- | sort -u | sha256sum)" \
        "$(sed '1,/^version: 1/d' "$SCRATCH/out" | grep -v '^#' | sha256sum)"
fi

# A database of the real rpm, if both are at hand.
DATABASE=${PAKITI_SHARED:-$TESTS/../../../shared}/data/hosts/rpmdb/amazonlinux2023-plain/rpmdb.sqlite.xz
if type -P rpm >/dev/null && [[ -r $DATABASE ]]; then
    mkdir -p "$SCRATCH/rpmdb"
    xz -dc "$DATABASE" >"$SCRATCH/rpmdb/rpmdb.sqlite"
    printf '#!/bin/bash\nexec %s --dbpath %s "$@"\n' "$(type -P rpm)" "$SCRATCH/rpmdb" >"$SCRATCH/rpm"
    chmod +x "$SCRATCH/rpm"
    real --rpm "$SCRATCH/rpm"
    has "real rpm: packager" "$SCRATCH/out" 'packager: rpm'
    equal "real rpm: every package but gpg-pubkey" "$("$SCRATCH/rpm" -qa | grep -vc '^gpg-pubkey')" \
        "$(sed '1,/^version: 6/d' "$SCRATCH/out" | grep -vc '^#')"
    has "real rpm: a package line" "$SCRATCH/out" \
        $'ncurses-base\t0:6.2-4.20200222.amzn2023.0.4\tnoarch\tncurses\t6.2-4.20200222.amzn2023.0.4\tAmazon Linux\t-\t-\te951904ad832c631\t1692921925'
fi

# 1,000 packages.
use_host debian-12
HOST=$SCRATCH/large HOST_ROOT=$DATA/debian-12/root
cp -r "$DATA/debian-12" "$HOST"
for ((i = 0; i < 1000; i++)); do
    printf 'ii \tpackage-%d\t1:%d.0-1+b1\tamd64\tsource-%d\t1:%d.0-1\t17000%05d\n' "$i" "$i" "$i" "$i" "$i"
done >"$HOST/commands/dpkg-query-W.tsv"
started=$(date +%s%N)
client
took=$((($(date +%s%N) - started) / 1000000))
equal "1,000 packages are all reported" 1000 "$(grep -c ^package- "$SCRATCH/out")"
if ((took < 1000)); then pass "1,000 packages take less than a second ($took ms)"; else fail "1,000 packages took $took ms"; fi
