#!/bin/sh
# Makes Temporal's two databases in PostgreSQL and brings their schemas up to date; safe to repeat.
set -eu

setup() {
  database=$1 schema=$2
  tool="temporal-sql-tool --plugin postgres12 --ep postgresql -p 5432 -u temporal --db $database"
  $tool create || true # refused where it is there already
  $tool setup-schema -v 0.0 || true # the same; the update decides
  $tool update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
}

setup temporal temporal
setup temporal_visibility visibility
