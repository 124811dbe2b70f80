"""The shop's language: models, rules, stores, brains and gateways. Knows no worker, no HTTP route, no page."""
