"""What one tenant can do to another: ``python -m bench.neighbour``. What it measures and how: bench/README.md."""
