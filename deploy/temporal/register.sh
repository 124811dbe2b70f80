#!/bin/sh
# Makes the namespace and registers the search attributes: without them every workflow task would fail. Safe to repeat.
set -eu

temporal operator namespace describe --namespace default >/dev/null 2>&1 ||
  temporal operator namespace create --namespace default --retention 30d

known=$(temporal operator search-attribute list --namespace default)
register() {
  case "$known" in
    *"$1"*) ;;
    *) temporal operator search-attribute create --namespace default --name "$1" --type "$2" ;;
  esac
}

register CareCustomerId Keyword
register CareStatus Keyword
register CareNextDelivery Datetime
register CareAmount Int
