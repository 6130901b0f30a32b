#!/bin/bash
# Tests of pakiti-client: recorded hosts under data/, commands played by ./fake, a local server by server.py.
# usage: run.sh [CASE-FILE...]; prints one line per case and `N passed, M failed`; exit 1 on failures.
# With BLESS=1 the golden reports are written anew instead of compared.
# shellcheck disable=SC2034 # the case files use what is set here
set -u
export LC_ALL=C
TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CLIENT=$TESTS/../pakiti-client
DATA=$TESTS/data
SCRATCH=$(mktemp -d)
PASSED=0 FAILED=0 SERVERS=()

finish() {
    local pid
    for pid in ${SERVERS[@]+"${SERVERS[@]}"}; do kill "$pid" 2>/dev/null; done
    rm -rf -- "$SCRATCH"
}
trap finish EXIT

# pass/fail NAME [DETAIL...] - one line per case.
pass() {
    PASSED=$((PASSED + 1))
    printf 'ok      %s\n' "$1"
}
fail() {
    FAILED=$((FAILED + 1))
    printf 'FAILED  %s\n' "$1"
    shift
    (($# == 0)) || printf '        %s\n' "$@"
}

# equal NAME EXPECTED ACTUAL
equal() { if [[ $2 == "$3" ]]; then pass "$1"; else fail "$1" "expected: $2" "actual:   $3"; fi; }
# same NAME EXPECTED-FILE ACTUAL-FILE - equal bytes; BLESS=1 writes the expected file.
same() {
    local difference
    [[ -z ${BLESS:-} || $2 != "$DATA"/* ]] || cp "$3" "$2"
    if difference=$(diff -u "$2" "$3" 2>&1); then pass "$1"; else fail "$1" "${difference:0:2000}"; fi
}
# has NAME FILE LINE - one line of FILE is exactly LINE; lacks is its opposite, for a pattern anywhere.
has() { if grep -qxF -e "$3" "$2"; then pass "$1"; else fail "$1" "no line: $3" "in: $(head -c 1500 "$2")"; fi; }
lacks() { if grep -qE -e "$3" "$2"; then fail "$1" "found: $(grep -E -e "$3" "$2" | head -3)"; else pass "$1"; fi; }
# finds NAME FILE PATTERN - the extended regular expression is found in FILE.
finds() { if grep -qE -e "$3" "$2"; then pass "$1"; else fail "$1" "not found: $3" "in: $(head -c 1500 "$2")"; fi; }

# new_bin FOLDER COMMAND... - a search path of the few real commands the client needs, and recorded COMMANDs.
new_bin() {
    local folder=$1 name
    mkdir -p "$folder"
    for name in bash env cat cut mktemp mv readlink rm sha256sum sleep sort tail timeout tr wc curl openssl; do
        ln -sf "$(type -P "$name")" "$folder/$name"
    done
    shift
    for name in "$@"; do ln -sf "$TESTS/fake" "$folder/$name"; done
}

# use_host NAME - the next runs of the client see the recorded host data/NAME.
use_host() {
    local file name names=()
    HOST=$DATA/$1 HOST_ROOT=$DATA/$1/root BIN=$SCRATCH/bin/$1
    [[ ! -d $BIN ]] || return 0
    for file in "$HOST"/commands/*; do
        name=${file##*/}
        case $name in dpkg-query*) name=dpkg-query ;; needs-restarting*) name=needs-restarting ;; *) name=${name%%-*} ;; esac
        names+=("$name")
    done
    new_bin "$BIN" "${names[@]}"
}

# client ARGUMENT... - runs the client on the recorded host: STATUS, $SCRATCH/out, $SCRATCH/err.
client() {
    mkdir -p "$SCRATCH/tmp"
    env -i PATH="$BIN" TMPDIR="$SCRATCH/tmp" HOME="$SCRATCH" PAKITI_CLIENT_ROOT="$HOST_ROOT" \
        PAKITI_FAKE_HOST="$HOST" PAKITI_FAKE_LOG="$SCRATCH/log" ${EXTRA_ENV[@]+"${EXTRA_ENV[@]}"} \
        "$BIN/bash" "$CLIENT" "$@" >"$SCRATCH/out" 2>"$SCRATCH/err" </dev/null
    STATUS=$?
}

# serve NAME [CERTIFICATE KEY] - starts a server; PORT gets its port, REQUESTS the folder of its requests.
serve() {
    REQUESTS=$SCRATCH/requests-$1
    mkdir -p "$REQUESTS"
    python3 "$TESTS/server.py" "$REQUESTS" "${@:2}" >"$REQUESTS.port" &
    SERVERS+=("$!")
    for _ in {1..100}; do
        [[ ! -s $REQUESTS.port ]] || { PORT=$(<"$REQUESTS.port") && return 0; }
        sleep 0.05
    done
    fail "start the server $1"
}

# last_request - HEAD and BODY get the files of the newest request.
last_request() {
    local number=0
    while [[ -f $REQUESTS/$((number + 1)).head ]]; do number=$((number + 1)); done
    HEAD=$REQUESTS/$number.head BODY=$REQUESTS/$number.body COUNT=$number
}

CASES=("$@")
((${#CASES[@]})) || CASES=("$TESTS"/cases/*.sh)
for file in "${CASES[@]}"; do
    EXTRA_ENV=()
    # shellcheck source=/dev/null
    . "$file" || fail "read $file"
done
printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
((FAILED == 0 && PASSED > 0))
