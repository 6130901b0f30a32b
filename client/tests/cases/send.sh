# Sending to a local server: what arrives, and an exit code for every kind of failure.
# shellcheck shell=bash disable=SC2154

use_host debian-12
serve plain
URL=http://127.0.0.1:$PORT
PLAIN=$REQUESTS

# sends NAME CODE PATTERN ARGUMENT... - exit code and message of one run (PATTERN may be empty: no message).
sends() {
    client "${@:4}"
    equal "$1: exit code" "$2" "$STATUS"
    if [[ -n $3 ]]; then finds "$1: message" "$SCRATCH/err" "^pakiti-client: $3"; else same "$1: no message" /dev/null "$SCRATCH/err"; fi
}

sends "accepted" 0 '' --url "$URL/ok"
last_request
has "accepted: request" "$HEAD" 'POST /ok?protocol=6'
same "accepted: the body is the report" "$DATA/debian-12/expected.v6" "$BODY"
has "accepted: content type" "$HEAD" 'Content-Type: text/plain; charset=utf-8'
has "accepted: who sends it" "$HEAD" 'User-Agent: pakiti-client/4.0.0'
same "accepted: nothing on stdout" /dev/null "$SCRATCH/out"
sends "201 with CR LF" 0 '' --url "$URL/created"
sends "protocol 5 and mode" 0 '' --url "$URL/ok" --protocol 5 --mode store-only --site SITE-A --tag nightly
last_request
has "protocol 5 and mode: request" "$HEAD" 'POST /ok?mode=store-only&protocol=5'
same "protocol 5 and mode: body" "$DATA/debian-12/expected.v5" "$BODY"
sends "no protocol version" 0 '' --url "$URL/ok?a=b" --no-protocol-version
last_request
has "no protocol version: request" "$HEAD" 'POST /ok?a=b'
sends "query of the URL" 0 '' --url "$URL/ok?a=b" --mode report-only
last_request
has "query of the URL: kept" "$HEAD" 'POST /ok?a=b&mode=report-only&protocol=6'
sends "results" 0 '' --url "$URL/results" --mode store-and-report
printf 'bash\t5.1\tx86_64\tCVE-2024-1\tHigh\nopenssl\t3[31m\tx86_64\tCVE-2024-2\tHigh\n' >"$SCRATCH/results"
same "results: printed, without control bytes" "$SCRATCH/results" "$SCRATCH/out"
sends "results not asked for" 0 '' --url "$URL/results"
same "results not asked for: not printed" /dev/null "$SCRATCH/out"
sends "output too" 0 '' --url "$URL/ok" -o -
same "output too: printed" "$DATA/debian-12/expected.v6" "$SCRATCH/out"

printf '  s3cret-T0ken \nsecond line\n' >"$SCRATCH/token"
sends "token" 0 '' --url "$URL/ok" --token-file "$SCRATCH/token"
last_request
has "token: sent" "$HEAD" 'Authorization: Bearer s3cret-T0ken'
rm "$BIN/curl"
cat >"$BIN/curl" <<SPY
#!$(type -P bash)
printf '%s\n' "\$@" >"$SCRATCH/curl-arguments"
PATH=$PATH
env >"$SCRATCH/curl-environment"
stat -c '%a' "$SCRATCH"/tmp/* "$SCRATCH"/tmp/*/report >"$SCRATCH/curl-files"
exec $(type -P curl) "\$@"
SPY
chmod +x "$BIN/curl"
client --url "${URL/127/user:passw0rd@127}/ok" --token-file "$SCRATCH/token" --verbose
equal "password in the URL: exit code" 0 "$STATUS"
finds "verbose: tells what is done" "$SCRATCH/err" "^pakiti-client: sending [0-9]+ bytes to $URL/ok$"
lacks "curl's command line: no token, no password" "$SCRATCH/curl-arguments" 's3cret|passw0rd'
lacks "curl's environment: no token, no password" "$SCRATCH/curl-environment" 's3cret|passw0rd'
equal "the report is readable by its user only" 700,600 "$(paste -sd, "$SCRATCH/curl-files")"
lacks "messages: no token, no password" "$SCRATCH/err" 's3cret|passw0rd'
lacks "curl's command line: no report" "$SCRATCH/curl-arguments" 'openssl'
rm "$BIN/curl" && ln -s "$(type -P curl)" "$BIN/curl"
printf 'output = "%s"\n' "$SCRATCH/PWNED" >"$SCRATCH/.curlrc"
sends "curlrc is not read" 0 '' --url "$URL/ok"
equal "curlrc is not read: no file" no "$([[ -e $SCRATCH/PWNED ]] && echo yes || echo no)"

for code in 301 302 303 307 308; do
    sends "redirect $code" 0 '' --url "$URL/redirect/$code/ok"
    last_request
    finds "redirect $code: still a POST" "$HEAD" '^POST /ok'
    same "redirect $code: with the report" "$DATA/debian-12/expected.v6" "$BODY"
done
sends "redirect to a file" 8 "$URL/redirect/302/file:///etc/passwd: curl: " --url "$URL/redirect/302/file:///etc/passwd"
loop=$URL/ok
for _ in 1 2 3 4 5 6; do loop=$URL/redirect/302/$loop; done
sends "more than five redirects" 8 "$URL/.*: curl: \(47\)" --url "$loop"

sends "refused" 10 "$URL/refused: HTTP 403: ERROR: unknown \[31mtoken$" --url "$URL/refused"
sends "busy" 10 "$URL/busy: HTTP 503: ERROR: come back later$" --url "$URL/busy"
sends "not found" 10 "$URL/missing: HTTP 404$" --url "$URL/missing"
sends "not OK" 11 "$URL/okay: the server did not accept the report: OKAY then$" --url "$URL/okay"
sends "ERROR with 200" 11 "$URL/error200: .*: ERROR: no such mode$" --url "$URL/error200"
sends "empty answer" 11 "$URL/empty: .*: empty answer$" --url "$URL/empty"
sends "no server" 8 'http://127.0.0.1:1/: curl: \(7\)' --url http://127.0.0.1:1/
sends "unknown name" 8 'http://no.such.invalid/: curl: \(6\)' --url http://no.such.invalid/
sends "timeout" 8 "$URL/slow: curl: \(28\)" --url "$URL/slow" --timeout 1
sleep 2.5
sends "proxy" 0 '' --url http://pakiti.invalid/ok --proxy "$URL"
last_request
finds "proxy: asked for the server" "$HEAD" '^POST http://pakiti.invalid/ok\?protocol=6'

last_request
before=$COUNT
sends "several servers: the code of the first failure" 8 "$URL/refused: HTTP 403" \
    --url http://127.0.0.1:1/ --url "$URL/refused" --url "$URL/ok"
last_request
equal "several servers: each that answers got the report" "$((before + 2))" "$COUNT"
same "several servers: the last one too" "$DATA/debian-12/expected.v6" "$BODY"
printf 'url = %s\nurl = <<END\n%s\n%s\nEND\n' "$URL/ok?1" "$URL/ok?2" "$URL/ok?3" >"$SCRATCH/conf"
sends "servers of the configuration" 0 '' --config "$SCRATCH/conf"
last_request
has "servers of the configuration: all" "$HEAD" 'POST /ok?3&protocol=6'
equal "servers of the configuration: each" "$((before + 5))" "$COUNT"

# TLS
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$SCRATCH/key.pem" -out "$SCRATCH/cert.pem" 2>/dev/null
serve tls "$SCRATCH/cert.pem" "$SCRATCH/key.pem"
sends "TLS: unknown authority" 9 "https://localhost:$PORT/ok: curl: \(60\)" --url "https://localhost:$PORT/ok"
last_request
equal "TLS: unknown authority: nothing was sent" 0 "$COUNT"
sends "TLS: authority given" 0 '' --url "https://localhost:$PORT/ok" --cacert "$SCRATCH/cert.pem"
sends "TLS: other name" 9 "https://127.0.0.1:$PORT/ok: curl: " --url "https://127.0.0.1:$PORT/ok" --cacert "$SCRATCH/cert.pem"
sends "TLS: checks disabled" 0 '' --url "https://127.0.0.1:$PORT/ok" --disable-tls-checks
sends "TLS: never redirected to plain http" 8 "https://localhost:$PORT/redirect/.*: curl: " \
    --url "https://localhost:$PORT/redirect/307/$URL/ok" --cacert "$SCRATCH/cert.pem"

# encryption
REQUESTS=$PLAIN
sends "encrypt: certificate by path" 0 '' --url "$URL/ok" --encrypt "$SCRATCH/cert.pem"
last_request
openssl smime -decrypt -binary -inform DER -inkey "$SCRATCH/key.pem" -in "$BODY" -out "$SCRATCH/decrypted" 2>/dev/null
same "encrypt: the server can read it" "$DATA/debian-12/expected.v6" "$SCRATCH/decrypted"
equal "encrypt: DER of definite length" 3082 "$(head -c 2 "$BODY" | od -An -tx1 | tr -d ' \n')"
has "encrypt: content type" "$HEAD" 'Content-Type: application/octet-stream'
printf 'url = %s\nencrypt = <<END\n%s\nEND\n' "$URL/ok" "$(cat "$SCRATCH/cert.pem")" >"$SCRATCH/conf"
sends "encrypt: certificate in the configuration" 0 '' --conf "$SCRATCH/conf"
last_request
openssl smime -decrypt -binary -inform DER -inkey "$SCRATCH/key.pem" -in "$BODY" -out "$SCRATCH/decrypted" 2>/dev/null
same "encrypt: the server can read that too" "$DATA/debian-12/expected.v6" "$SCRATCH/decrypted"
sends "encrypt: no such file" 3 'cannot read the certificate /nonexistent' --url "$URL/ok" --encrypt /nonexistent
echo nonsense >"$SCRATCH/nonsense"
sends "encrypt: not a certificate" 13 'cannot encrypt the report: ' --url "$URL/ok" --encrypt "$SCRATCH/nonsense"
equal "no temporary files are left after sending" '' "$(ls "$SCRATCH/tmp")"
