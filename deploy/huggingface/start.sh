#!/bin/sh
# Everything in one container, behind the proxy of the Space, which ends TLS and has an address of the private network.
set -eu
data="$HOME/care"
if [ -w /data ]; then data=/data/care; fi
export CARE_TRUSTED_PROXIES="${CARE_TRUSTED_PROXIES:-10.0.0.0/8}"
# Nobody but the visitors could tell them the passwords.
export CARE_DEMO_ACCOUNTS="$data/accounts.json"
exec care up --demo --data-dir "$data" --host 0.0.0.0 --port "${PORT:-7860}" --public-url "https://${SPACE_HOST:?}"
