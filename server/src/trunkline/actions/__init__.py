"""The use cases: each takes the store and plain values, and is one transaction where it writes."""
