# Relaying ready reports: only the site changes; what is no report is refused.
# shellcheck shell=bash disable=SC2016,SC2154

use_host debian-12
serve relay
URL=http://127.0.0.1:$PORT

# relays NAME CODE PATTERN FILE ARGUMENT... - as sends, with the report FILE on standard input.
relays() {
    local file=$4
    env -i PATH="$BIN" TMPDIR="$SCRATCH/tmp" "$BIN/bash" "$CLIENT" --input - "${@:5}" \
        <"$file" >"$SCRATCH/out" 2>"$SCRATCH/err"
    equal "relay $1: exit code" "$2" $?
    [[ -z $3 ]] || finds "relay $1: message" "$SCRATCH/err" "^pakiti-client: $3"
}

mkdir -p "$SCRATCH/tmp"
client --input "$DATA/rhel-9/expected.v6" --url "$URL/ok"
equal "relay: exit code" 0 "$STATUS"
last_request
same "relay: the report as it was" "$DATA/rhel-9/expected.v6" "$BODY"
has "relay: protocol 6" "$HEAD" 'POST /ok?protocol=6'
relays "of standard input" 0 '' "$DATA/rhel-7/expected.v5" --url "$URL/ok"
last_request
same "relay: of standard input, as it was" "$DATA/rhel-7/expected.v5" "$BODY"
has "relay: protocol 5 is seen in the report" "$HEAD" 'POST /ok?protocol=5'

relays "replaces the site" 0 '' "$DATA/rhel-7/expected.v5" --site NEW -o -
sed 's/^site: .*/site: NEW/' "$DATA/rhel-7/expected.v5" >"$SCRATCH/expected"
same "relay: the site is replaced, nothing else" "$SCRATCH/expected" "$SCRATCH/out"
relays "adds sites" 0 '' "$DATA/rhel-9/expected.v6" --site B --site A
sed 's/^system: /site: B\nsite: A\n&/' "$DATA/rhel-9/expected.v6" >"$SCRATCH/expected"
same "relay: sites are added in their place" "$SCRATCH/expected" "$SCRATCH/out"
printf '#\nhost: a\nsite: x\nsite : y\n#\np\t1\tall\n#\n' >"$SCRATCH/in"
relays "adds a site at the end" 0 '' "$SCRATCH/in" --site Z
equal "relay: a site at the end" '#,host: a,site: Z,#,p'$'\t1\tall,#' "$(paste -sd, "$SCRATCH/out")"
printf '#\nhost: a\nhostile: $(touch %s)\n#\n$(touch %s)\t1\tall\\n\xff\n#\n' "$SCRATCH/PWNED" "$SCRATCH/PWNED" >"$SCRATCH/in"
relays "hostile" 0 '' "$SCRATCH/in"
same "relay: hostile, as it was" "$SCRATCH/in" "$SCRATCH/out"
equal "relay: nothing was run" no "$([[ -e $SCRATCH/PWNED ]] && echo yes || echo no)"

# refused NAME PATTERN TEXT - TEXT (for printf) is no report.
refused() {
    # shellcheck disable=SC2059 # the text is a format on purpose
    printf "$3" >"$SCRATCH/in"
    relays "$1" 12 "the report of --input is not one of protocol 5 or 6: $2" "$SCRATCH/in" --url "$URL/ok"
}
last_request
before=$COUNT
refused "empty" 'it is empty' ''
refused "binary" 'it is not plain text' '\x30\x82\x01\x00'
refused "with NUL" 'it is not plain text' '#\nhost: a\n#\np\t1\t\0all\n#\n'
refused "other text" 'its first line is not #' '<html>\n#\n'
refused "cut in the header" 'its end is missing' '#\nhost: a\n'
refused "only a header" 'it lists no packages' '#\nhost: a\n#\n'
refused "without packages" 'it lists no packages' '#\nhost: a\n#\n#\n'
refused "cut in the packages" 'its end is missing' '#\nhost: a\n#\np\t1\tall\nq\t2'
refused "without host" 'it names no host' '#\nsite: a\n#\np\t1\tall\n#\n'
refused "one line" 'its header has no end' '#\n'
last_request
equal "relay: what is refused is not sent" "$before" "$COUNT"
client --input /nonexistent
equal "relay: no such file" 3 "$STATUS"
