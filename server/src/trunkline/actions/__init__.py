"""The use cases. Each takes the store and plain values, and is one transaction if it writes."""
