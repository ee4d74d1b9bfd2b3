"""What an operator sees of a running service: metrics for Prometheus, and traces (docs/decisions/0038)."""
