# Facts that the golden hosts do not show: containers, entitlements, other ways to name the system.
# shellcheck shell=bash disable=SC2034,SC2154

# changed_host NAME - HOST becomes a copy of the recorded host to change.
changed_host() {
    use_host "$1"
    rm -rf "$SCRATCH/changed" && cp -r "$HOST" "$SCRATCH/changed"
    HOST=$SCRATCH/changed HOST_ROOT=$SCRATCH/changed/root
}

for place in run/.containerenv:podman .dockerenv:docker .singularity.d/:apptainer; do
    changed_host debian-12
    case ${place%:*} in */) mkdir "$HOST_ROOT/${place%/:*}" ;; *) : >"$HOST_ROOT/${place%:*}" ;; esac
    client
    has "container: ${place#*:}" "$SCRATCH/out" "container: ${place#*:}"
    lacks "container: ${place#*:} has no kernel" "$SCRATCH/out" '^(kernel|kernel-version|default-kernel|livepatch): '
done
client --protocol 5
finds "container: protocol 5 always has a kernel" "$SCRATCH/out" '^kernel: '
changed_host debian-12
mkdir "$HOST_ROOT/run/systemd" && echo lxc >"$HOST_ROOT/run/systemd/container" && client
has "container: lxc by systemd" "$SCRATCH/out" 'container: lxc'
changed_host debian-12
mkdir -p "$HOST_ROOT/proc/1" && printf 'HOME=/\0container=oci\0' >"$HOST_ROOT/proc/1/environ" && client
has "container: by the environment of process 1" "$SCRATCH/out" 'container: oci'

changed_host debian-12
mkdir -p "$HOST_ROOT/var/lib/ubuntu-advantage"
printf '%s' '{"attached": true, "services": [{"description": "x", "name": "esm-infra", "status": "enabled"}, ' \
    '{"name": "fips", "status": "disabled"}, {"name": "livepatch", "status": "enabled"}]}' \
    >"$HOST_ROOT/var/lib/ubuntu-advantage/status.json"
echo 'deb https://bearer:tok/en@esm.ubuntu.com/apps/ubuntu jammy-apps-security main' >"$HOST_ROOT/etc/apt/sources.list"
client
equal "entitlements of Ubuntu Pro" 'entitlement: esm-apps,entitlement: esm-infra' \
    "$(grep '^entitlement' "$SCRATCH/out" | paste -sd,)"
has "no credentials, even odd ones" "$SCRATCH/out" \
    $'repository: sources\tapt\thttps://esm.ubuntu.com/apps/ubuntu\tjammy-apps-security main\t-'

changed_host debian-12
rm "$HOST_ROOT/etc/os-release" && printf 'SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\n' >"$HOST_ROOT/etc/SuSE-release"
client
has "system: SuSE-release" "$SCRATCH/out" 'system: SUSE Linux Enterprise Server 11 (x86_64)'
rm "$HOST_ROOT/etc/SuSE-release" && client
has "system: unknown" "$SCRATCH/out" 'system: Linux'
finds "system: unknown is told" "$SCRATCH/err" 'unknown operating system'
mkdir -p "$HOST_ROOT/usr/lib" && printf "NAME='Arch Linux'\nPRETTY_NAME=\"Arch \\\\\"Linux\\\\\"\"\nID=arch\n" >"$HOST_ROOT/usr/lib/os-release"
client
has "system: /usr/lib/os-release, quotes removed" "$SCRATCH/out" 'system: Arch "Linux"'

changed_host rhel-9
rm "$HOST/commands/needs-restarting-r"
client
lacks "reboot: a failing needs-restarting says nothing" "$SCRATCH/out" '^reboot-required'
rm "$HOST/commands/needs-restarting-r.status" && client
has "reboot: not needed" "$SCRATCH/out" 'reboot-required: no'
echo saved_entry=fedcba9876543210fedcba9876543210-5.14.0-500.el9.x86_64 >"$SCRATCH/grubenv"
mkdir -p "$HOST_ROOT/boot/grub2" && cp "$SCRATCH/grubenv" "$HOST_ROOT/boot/grub2/" && rm "$HOST/commands/grubby--default-kernel"
client
has "default kernel: of grubenv" "$SCRATCH/out" 'default-kernel: 5.14.0-500.el9.x86_64'
mkdir -p "$HOST_ROOT/sys/kernel/livepatch/lkp_x" && client
has "livepatch: state unknown" "$SCRATCH/out" 'livepatch: livepatch unknown'
new_bin "$SCRATCH/bin/ksplice" rpm uname hostname uptrack-uname
BIN=$SCRATCH/bin/ksplice && echo 5.14.0-999.el9.x86_64 >"$HOST/commands/uptrack-uname-r" && client
has "livepatch: effective kernel of ksplice" "$SCRATCH/out" 'livepatch: ksplice 5.14.0-999.el9.x86_64'
printf 'dnf\r\n' >"$HOST_ROOT/etc/machine-id" && client
lacks "machine-id: only 32 hex digits" "$SCRATCH/out" '^machine-id'

changed_host rhel-7
printf '%s\n' "$(printf '%040d' 0)" "OPENPGP" NAME VERSION RELEASE EPOCH ARCH SOURCERPM VENDOR INSTALLTIME >"$HOST/commands/rpm-querytags"
rm -f "$SCRATCH/log" && client
finds "rpm 6: signatures are asked for by their new name" "$SCRATCH/log" '\[%\{OPENPGP:pgpsig\} \]'
