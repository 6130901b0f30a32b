# The reports of the recorded hosts, byte for byte (client/tests/data/README.md tells where they come from).
# shellcheck shell=bash disable=SC2154

for name in debian-12 debian-sid-aarch64 rhel-7 rhel-9 sles-15; do
    use_host "$name"
    client
    equal "$name: protocol 6 exits 0" 0 "$STATUS"
    same "$name: protocol 6 report" "$HOST/expected.v6" "$SCRATCH/out"
    same "$name: nothing on stderr" /dev/null "$SCRATCH/err"
    client --protocol 5 --site SITE-A --tag nightly
    equal "$name: protocol 5 exits 0" 0 "$STATUS"
    same "$name: protocol 5 report" "$HOST/expected.v5" "$SCRATCH/out"
done

use_host rhel-7
rm -f "$SCRATCH/log" && client
lacks "rhel-7: rpm is not asked for a tag it does not know" "$SCRATCH/log" 'MODULARITYLABEL'
use_host rhel-9
rm -f "$SCRATCH/log" && client
finds "rhel-9: rpm is asked without signature checks" "$SCRATCH/log" '^rpm -qa --nosignature --nodigest --queryformat '
finds "rhel-9: the module label is asked for" "$SCRATCH/log" '%\|MODULARITYLABEL\?\{%\{MODULARITYLABEL\}\}:\{\}\|'

use_host debian-12
client --host other.example.org --site B --site A --tag 'x  y'
has "host is that of --host" "$SCRATCH/out" 'host: other.example.org'
equal "sites keep their order" 'site: B,site: A' "$(grep '^site: ' "$SCRATCH/out" | paste -sd,)"
has "blanks of a tag become one" "$SCRATCH/out" 'tag: x y'
equal "the header is sorted by name" "$(sed -n '2,/^#/p' "$SCRATCH/out" | grep -v '^#' | cut -d: -f1)" \
    "$(sed -n '2,/^#/p' "$SCRATCH/out" | grep -v '^#' | cut -d: -f1 | sort)"
equal "the packages are sorted and unique" "$(grep $'\t.*\t.*\t.*\t.*\t.*\t.*\t.*\t.*\t' "$SCRATCH/out" | sort -u)" \
    "$(grep $'\t.*\t.*\t.*\t.*\t.*\t.*\t.*\t.*\t' "$SCRATCH/out")"
client --protocol 5 --site B --site A
equal "protocol 5 has one site" 'site: B' "$(grep '^site: ' "$SCRATCH/out")"
finds "and says so" "$SCRATCH/err" 'protocol 5 knows one site'
