#!/bin/bash
# Makes the keys and signatures of this folder anew with GnuPG 2.2. They are fixtures: tests never run this.
set -eu
cd "$(dirname "$0")"
home=$(mktemp -d)
trap 'gpgconf --homedir "$home" --kill all; rm -rf "$home"' EXIT
g() { local at=$1; shift; gpg --homedir "$home" --batch --quiet --yes --pinentry-mode loopback --passphrase '' --faked-system-time "${at}T000000!" "$@"; }
key() { # name, primary usage, expiry
  g 20240101 --quick-generate-key "$1 <$1@example.org>" ed25519 "$2" "$3"
}
fpr() { gpg --homedir "$home" --batch --with-colons --list-keys "<$1@example.org>" | awk -F: '$1=="fpr"{print $10; exit}'; }
sub() { gpg --homedir "$home" --batch --with-colons --list-keys "<$1@example.org>" | awk -F: '$1=="fpr"{n++; if (n==2) print $10}'; }
export_key() { gpg --homedir "$home" --batch --quiet --export "<$1@example.org>" > "$2.gpg"; }

printf -- 'Origin: Test\n- a dash, then trailing blanks \t \nFrom here\n-----BEGIN PGP not really\n\nlast line\n' > text

key good sign,cert never
key subkey cert never
g 20240101 --quick-add-key "$(fpr subkey)" ed25519 sign never
key expired sign,cert 2024-03-01
key revoked sign,cert never
key revoked-subkey cert never
g 20240101 --quick-add-key "$(fpr revoked-subkey)" ed25519 sign never
key cert-only sign,cert never
key extended sign,cert 2024-03-01
key expired-subkey cert never
g 20240101 --quick-add-key "$(fpr expired-subkey)" ed25519 sign 2024-03-01

for name in good subkey expired revoked revoked-subkey cert-only extended expired-subkey; do
  g 20240201 --local-user "<$name@example.org>" --output "$name.inline" --clearsign text
done
g 20240201 -u "<good@example.org>" --output good.detached --detach-sign text
g 20240201 -u "<good@example.org>" --armor --output good.detached.asc --detach-sign text
g 20240201 -u "<good@example.org>" -u "<subkey@example.org>" --output two.inline --clearsign text
g 20240201 -u "<good@example.org>" --digest-algo SHA1 --output sha1.inline --clearsign text
g 20240201 -u "<good@example.org>" --digest-algo RIPEMD160 --output ripemd.inline --clearsign text
g 20240201 -u "<good@example.org>" --default-sig-expire 10d --output sig-expires.inline --clearsign text
g 20300101 -u "<good@example.org>" --output future.inline --clearsign text
g 20240201 -u "<good@example.org>" --sig-notation '!test@example.org=x' --output critical.inline --clearsign text
g 20240201 -u "<good@example.org>" --output message.gpg --sign text

export_key good good
export_key subkey subkey
export_key expired expired
export_key cert-only sign-and-cert
gpg --homedir "$home" --batch --quiet --armor --export "<good@example.org>" > good.asc
gpg --homedir "$home" --batch --quiet --armor --export "<subkey@example.org>" > subkey.asc
gpg --homedir "$home" --batch --quiet --pinentry-mode loopback --passphrase '' --export-secret-keys "<good@example.org>" > good.secret

f=$(fpr revoked); sed 's/^:-----/-----/' "$home/openpgp-revocs.d/$f.rev" | g 20240301 --import
export_key revoked revoked

printf 'key 1\nrevkey\ny\n0\n\ny\nsave\n' | gpg --homedir "$home" --quiet --pinentry-mode loopback --passphrase '' --no-tty --command-fd 0 --faked-system-time 20240301T000000! --edit-key "<revoked-subkey@example.org>"
export_key revoked-subkey revoked-subkey
printf 'change-usage\nS\nQ\nsave\n' | gpg --homedir "$home" --quiet --pinentry-mode loopback --passphrase '' --no-tty --command-fd 0 --faked-system-time 20240301T000000! --edit-key "<cert-only@example.org>"
export_key cert-only cert-only
g 20240215 --quick-set-expire "$(fpr extended)" 2034-01-01
export_key extended extended
export_key expired-subkey expired-subkey
