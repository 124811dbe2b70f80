"""What is measured, for Prometheus. docs/metrics.md is the list; names, once given, stay."""
