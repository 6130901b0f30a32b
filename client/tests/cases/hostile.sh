# Values that try to break out: nothing of them is run, and each stays on its own line.
# shellcheck shell=bash disable=SC2034,SC2154,SC2016

EVIL='$(touch PWNED)`touch PWNED`";touch PWNED;'\''<script>alert(1)</script>'

# hostile_host - HOST becomes a copy of the recorded Debian with hostile values in every place.
hostile_host() {
    HOST=$SCRATCH/hostile HOST_ROOT=$SCRATCH/hostile/root BIN=$SCRATCH/bin/debian-12
    cp -r "$DATA/debian-12" "$HOST"
    printf 'evil\xff\xfe\033[31m%s\nhost: second\r\n' "$EVIL" >"$HOST/commands/hostname--fqdn"
    printf '%s' "#1 $EVIL" >"$HOST/commands/uname-v"
    {
        printf 'ii \t%s\t1.0\tamd64\tsrc\t1.0\t1\n' "$EVIL"
        printf 'ii \tna\xefme\xc3\xa9\xe2\x80\xaex\t1.0\tall\tsrc\t1.0\t1\n'
        printf 'ii \tbroken\n'
        printf 'ii \tok\t1.0\tall\tok\t1.0\t1\n'
    } >"$HOST/commands/dpkg-query-W.tsv"
    printf 'NAME="%s"\nVERSION_ID="1"\nID=caf\xc3\xa9\n$(touch PWNED)=x\n' "$EVIL" >"$HOST_ROOT/etc/os-release"
    printf 'deb http://h/%s %s main\n' '$(touch${IFS}PWNED)' "$EVIL" >"$HOST_ROOT/etc/apt/sources.list"
    printf '$(touch PWNED): x\na[$(touch PWNED)]: y\n::\nTypes: deb\nURIs: http://*\nSuites: *\n' \
        >"$HOST_ROOT/etc/apt/sources.list.d/security.sources"
    printf 'Package: %s\nArchitecture: a[$(touch PWNED)]\nAuto-Installed: 1\n' "$EVIL" \
        >"$HOST_ROOT/var/lib/apt/extended_states"
    printf '[$(touch PWNED)]\n$(touch PWNED)=1\n=1\n' >"$HOST_ROOT/etc/apt/preferences.d/x.pref"
    : >"$HOST_ROOT/run/reboot-required.pkgs"
    printf 'x%.0s' {1..9000} >"$HOST_ROOT/proc/sys/kernel/random/boot_id"
}

use_host debian-12
hostile_host
(cd "$SCRATCH" && client --site "$EVIL" --tag $'a\nhost: forged\tb' --site 'Plze'$'\xc5\x88' && exit "$STATUS")
equal "hostile: the report is made" 0 $?
equal "hostile: nothing was run" '' "$(find "$SCRATCH" "$TESTS" -name 'PWNED*')"
equal "hostile: one host line" 1 "$(grep -c '^host: ' "$SCRATCH/out")"
has "hostile: unprintable bytes of the host name are dropped" "$SCRATCH/out" "host: evil[31m$EVIL host: second"
has "hostile: a site stays as it is" "$SCRATCH/out" "site: $EVIL"
has "hostile: UTF-8 is kept" "$SCRATCH/out" 'site: Plze'$'\xc5\x88'
has "hostile: os-id keeps its UTF-8" "$SCRATCH/out" 'os-id: caf'$'\xc3\xa9'
has "hostile: line breaks of a tag become blanks" "$SCRATCH/out" 'tag: a host: forged b'
has "hostile: no name is expanded to files" "$SCRATCH/out" $'repository: security\tapt\thttp://*\t*\t-'
finds "hostile: a package name stays as it is" "$SCRATCH/out" '^\$\(touch PWNED\)`touch PWNED`";touch PWNED;'
has "hostile: a package name keeps only valid UTF-8" "$SCRATCH/out" \
    'name'$'\xc3\xa9'$'x\t1.0\tall\tsrc\t1.0\t-\t-\t-\t-\t1'
has "hostile: the good package is there" "$SCRATCH/out" $'ok\t1.0\tall\tok\t1.0\t-\t-\t-\t-\t1'
finds "hostile: the broken line is told" "$SCRATCH/err" '1 lines of the package list are not understood'
equal "hostile: every package line has ten fields" "10" \
    "$(sed '1,/^version/d' "$SCRATCH/out" | grep -v '^#' | tr -cd '\t\n' | awk '{print length+1}' | sort -u)"
lacks "hostile: no control bytes" "$SCRATCH/out" $'[\x01-\x08\x0b-\x1f\x7f]'
equal "hostile: the report is UTF-8" 0 "$(python3 -c 'open("'"$SCRATCH/out"'", encoding="utf-8").read()' >/dev/null 2>&1 && echo 0)"
finds "hostile: a value is at most 4096 bytes" "$SCRATCH/out" '^boot-id: x{4096}$'
client --protocol 5
lacks "hostile: protocol 5 is ASCII" "$SCRATCH/out" $'[^\t -~]'

use_host rhel-7
HOST=$SCRATCH/hostile-rpm HOST_ROOT=$DATA/rhel-7/root
cp -r "$DATA/rhel-7" "$HOST"
printf 'evil\t0:1-1\tnoarch\t$(touch PWNED)-1-1.src.rpm\tA\nB\t\t\t1\nempty\t0:1-1\t\tnodashes.src.rpm\t\t\t\t1\n' \
    >"$HOST/commands/rpm-qa.tsv"
client
equal "hostile rpm: the report is made" 0 "$STATUS"
has "hostile rpm: a line without source" "$SCRATCH/out" $'empty\t0:1-1\t-\t-\t-\t-\t-\t-\t-\t1'
finds "hostile rpm: lines with a break inside are left out and told" "$SCRATCH/err" '2 lines of the package list'
