#!/usr/bin/env bash
# Runs the provider without an account: builds it, starts the fake Vantage API, and has Terraform apply and destroy
# examples/quickstart against it.
#
#   make demo              # TF_CLI=tofu uses OpenTofu
#
# ADDRESS is the address of the provider. Variables TF_ and VANTAGE_ of the user are ignored.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

program=${TF_CLI:-$(command -v terraform || command -v tofu)}
for name in $(compgen -e); do
  case $name in TF_* | VANTAGE_*) unset "$name" ;; esac
done

dir=$(mktemp -d "${TMPDIR:-/tmp}/vantage-demo-XXXXXX")

# stop ends the fake.
stop() {
  kill "${api:-}" 2>/dev/null && wait "$api" 2>/dev/null || true
}
finish() {
  status=$?
  stop
  rm -rf "$dir"
  if [[ $status -ne 0 ]]; then printf '\nThe demo failed or was interrupted. Nothing is left running.\n' >&2; fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say() { printf '\n==> %s\n' "$*"; }

say 'Building the provider'
plugins=$dir/plugins/$ADDRESS/0.0.1/$(go env GOOS)_$(go env GOARCH)
go build -buildvcs=false -ldflags '-s -w' -o "$plugins/terraform-provider-vantage_v0.0.1$(go env GOEXE)" .
go build -buildvcs=false -o "$dir/api$(go env GOEXE)" ./internal/fakevantage/cmd
mkdir "$dir/module"
cp examples/quickstart/*.tf "$dir/module"

# The fake completes an export after some seconds and is polled a few times until then. It is a process group of its own, so
# that Ctrl-C reaches Terraform only, which still needs the API.
set -m
"$dir/api" -port 0 -ready-after 7s -retry-after 3 > >(
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$dir/requests"
    printf '    api | %s\n' "$line"
  done
) &
api=$!
set +m
until host=$(sed -n 's/.* listens on //p' "$dir/requests" 2>/dev/null) && [[ -n $host ]]; do
  kill -0 "$api"
  sleep 0.1
done

export TF_CLI_CONFIG_FILE=/dev/null TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1 TF_INPUT=0
export VANTAGE_HOST=$host VANTAGE_API_TOKEN=demo
export TF_VAR_cost_report_token=rprt_demo TF_VAR_start_date=2025-03-01 TF_VAR_end_date=2025-03-31

tf() {
  say "${program##*/} $*"
  if [[ ! -t 1 ]]; then set -- "$@" -no-color; fi
  "$program" -chdir="$dir/module" "$@"
}

# Without a complete lock file, init warns that the lock file is for this platform only.
"$program" -chdir="$dir/module" providers lock -fs-mirror="$dir/plugins" >/dev/null
tf init -plugin-dir="$dir/plugins"
tf apply -auto-approve
tf output
for file in "$dir"/module/exports/*; do
  say "The file ${file##*/}"
  head -n 4 "$file"
done
tf destroy -auto-approve

stop
say "Done in $SECONDS s; nothing is left behind. Requests: $(grep -c ^POST "$dir/requests") to create an export," \
  "$(grep -c '^GET /v2/' "$dir/requests") to read it."
