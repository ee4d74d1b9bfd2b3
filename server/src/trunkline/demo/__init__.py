"""Sample data: a small sample with messages, and a large one of any size for benchmarks."""
