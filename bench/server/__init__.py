"""Measures the service: ``python -m bench.server``, or ``make bench``. What it measures and how: bench/README.md."""
