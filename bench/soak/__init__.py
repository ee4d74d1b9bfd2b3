"""A long run of the service under a steady load: ``python -m bench.soak``. What it checks: bench/README.md."""
