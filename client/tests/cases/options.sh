# Options, configuration and the exit codes of what fails before anything is sent.
# shellcheck shell=bash disable=SC2034,SC2016,SC2154

# exits NAME CODE PATTERN ARGUMENT... - the client exits with CODE and says PATTERN in one line.
exits() {
    client "${@:4}"
    equal "$1: exit code" "$2" "$STATUS"
    finds "$1: message" "$SCRATCH/err" "^pakiti-client: $3"
    equal "$1: one line" 1 "$(wc -l <"$SCRATCH/err")"
}

use_host debian-12
exits "unknown option" 2 'unknown option --nope' --nope
exits "argument" 2 'unexpected argument: x' x
exits "option without value" 2 'option --url needs a value' --url
exits "flag with value" 2 'option --verbose takes no value' --verbose=1
exits "svmonreport" 2 '--svmonreport is not supported any more' -s
exits "mode" 2 '--mode is store-only' --mode everything
exits "protocol" 2 '--protocol is 5 or 6' --protocol 4
exits "URL scheme" 2 'not a http or https URL: file:///etc/passwd' --url file:///etc/passwd
exits "URL with a quote" 2 'not a http or https URL' --url 'http://x/"'
exits "URL with a line break" 2 'not a http or https URL' --url $'http://x/\noutput = "/tmp/x'
exits "timeout" 2 '--timeout is a number' --timeout 0
exits "rndsleep" 2 '--rndsleep is a number' --rndsleep 'a[$(id)]'
exits "missing configuration" 3 'cannot read the configuration file /nonexistent' --config /nonexistent
exits "missing token file" 3 'cannot read the file of --token-file' --token-file /nonexistent
exits "missing certificates" 3 'cannot read the file of --cacert' --cacert /nonexistent
printf 'two words\n' >"$SCRATCH/token"
exits "token with blanks" 3 'no token in' --token-file "$SCRATCH/token"
exits "missing curl" 7 'curl not found' --curl /nonexistent --url http://127.0.0.1:1/
exits "missing openssl" 7 '--encrypt needs openssl' --openssl /nonexistent --encrypt /x
exits "output not writable" 6 'cannot write the report to /nonexistent/x' -o /nonexistent/x
exits "disk full" 6 'cannot write the report to /dev/full' -o /dev/full
EXTRA_ENV=(TMPDIR=/nonexistent)
exits "no temporary folder" 6 'cannot make a temporary folder' -o -
EXTRA_ENV=()

exits "no packager" 4 'neither rpm nor dpkg-query found' --dpkg-query /nonexistent
HOST=$SCRATCH/broken HOST_ROOT=$DATA/debian-12/root
cp -r "$DATA/debian-12" "$HOST" && : >"$HOST/commands/dpkg-query-W.tsv"
exits "no packages" 5 'the package manager lists no packages'
printf 'rc \tgone\t1\tall\tgone\t1\t1\n' >"$HOST/commands/dpkg-query-W.tsv"
exits "only removed packages" 5 'no package is installed'
: >"$HOST/commands/dpkg-query-W.tsv" && echo 2 >"$HOST/commands/dpkg-query-W.status"
exits "dpkg-query fails" 4 'dpkg-query failed with status 2'
cp "$DATA/debian-12/commands/dpkg-query-W.tsv" "$HOST/commands/"
exits "dpkg-query fails half way" 4 'dpkg-query failed with status 2'

new_bin "$SCRATCH/bin/both" rpm dpkg-query dpkg uname hostname
BIN=$SCRATCH/bin/both && rm "$HOST/commands/dpkg-query-W.status"
: >"$HOST/commands/rpm-qa.tsv" && printf 'NAME\nVERSION\n' >"$HOST/commands/rpm-querytags"
client
has "rpm that lists nothing: dpkg is asked" "$SCRATCH/out" 'packager: dpkg'

use_host debian-12
client --svmon /bin/true --pkg=/bin/true
equal "paths of unsupported commands are ignored" 0 "$STATUS"
finds "and told" "$SCRATCH/err" '--svmon is not supported any more and ignored'
client -q --svmon /bin/true
same "quiet: no warnings" /dev/null "$SCRATCH/err"
client --help
finds "help" "$SCRATCH/out" '--token-file PATH'
client --version
equal "version" "pakiti-client 4.0.0" "$(cat "$SCRATCH/out")"
for name in $(env -i bash "$CLIENT" --help | grep -oE -e '--[a-z][a-z_-]+' | sort -u); do
    grep -qF -e "\\fB${name//-/\\-}" "$TESTS/../pakiti-client.1" || fail "the manual page has $name"
done
pass "the manual page was checked for every option"

client -o "$SCRATCH/report"
same "output: file" "$DATA/debian-12/expected.v6" "$SCRATCH/report"
same "output: nothing on stdout" /dev/null "$SCRATCH/out"
equal "output: the mode follows the user's umask" "$(umask 022 && : >"$SCRATCH/x" && stat -c %a "$SCRATCH/x")" "$(stat -c %a "$SCRATCH/report")"
equal "no temporary files are left" '' "$(ls "$SCRATCH/tmp")"

cat >"$SCRATCH/conf" <<'CONF'
# a comment
  host = conf.example.org
site=ONE
site = <<END
TWO
  THREE
END
tag =  two words
unheard-of = 1
quiet = maybe
no-protocol-version = yes
svmon = /bin/true
CONF
client --conf "$SCRATCH/conf" --tag mine
equal "configuration: exit code" 0 "$STATUS"
has "configuration: host" "$SCRATCH/out" 'host: conf.example.org'
has "configuration: the command line wins" "$SCRATCH/out" 'tag: mine'
equal "configuration: several sites" 'site: ONE,site: TWO,site: THREE' "$(grep '^site' "$SCRATCH/out" | paste -sd,)"
finds "configuration: unknown names warn" "$SCRATCH/err" "warning: $SCRATCH/conf, line 9: unknown option unheard-of"
finds "configuration: a flag is yes or no" "$SCRATCH/err" 'line 10: option quiet is yes or no'
finds "configuration: unsupported names warn" "$SCRATCH/err" 'svmon is not supported'
client --config="$SCRATCH/conf" --site FOUR
equal "configuration: sites of the command line replace them" 'site: FOUR' "$(grep '^site' "$SCRATCH/out")"
printf 'tag = <<END\nx\n' >"$SCRATCH/conf"
exits "configuration: here-document without end" 3 ".*no line END ends the value of tag" --config "$SCRATCH/conf"
printf 'tag = x\nwhat is this\n' >"$SCRATCH/conf"
exits "configuration: bad line" 3 ".*line 2: expected name = value" --config "$SCRATCH/conf"
cp -r "$DATA/debian-12/root" "$SCRATCH/etcroot" && mkdir -p "$SCRATCH/etcroot/etc/pakiti"
printf 'tag = from the default place\n' >"$SCRATCH/etcroot/etc/pakiti/pakiti-client.conf"
HOST_ROOT=$SCRATCH/etcroot && client
has "configuration: the default place" "$SCRATCH/out" 'tag: from the default place'
use_host debian-12
client --config "$TESTS/../pakiti-client.conf"
same "configuration: the example changes nothing" "$DATA/debian-12/expected.v6" "$SCRATCH/out"
sed -n 's/^#\([a-z][a-z_-]*\) = .*/\1/p' "$TESTS/../pakiti-client.conf" | sort -u >"$SCRATCH/names"
while read -r name; do
    env -i bash "$CLIENT" --help | grep -qE -e "--${name}([ ,]|\$)" || fail "the example names a known option: $name"
done <"$SCRATCH/names"
equal "the example was checked" 12 "$(wc -l <"$SCRATCH/names")"
