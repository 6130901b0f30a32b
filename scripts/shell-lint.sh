#!/usr/bin/env bash
# Runs shellcheck over every shell script of the tree, found by extension or by first line, so that a
# script without `.sh` (the client, .ci/run, a package's postinst) is not forgotten.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts=()
while IFS= read -r -d '' file; do
  first=$(head -n1 "$file" | tr -d '\0')
  if [[ $file == *.sh || $first =~ ^\#!.*[/\ ](ba|da)?sh( |$) ]]; then
    scripts+=("$file")
  fi
done < <(find . \( -name target -o -name .git -o -path '*/tests/data' \) -prune -o -type f -size -200k -print0)

shellcheck "${scripts[@]}"
echo "shellcheck: ${#scripts[@]} scripts are clean"
