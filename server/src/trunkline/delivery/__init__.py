"""Delivery: the worker that empties the outbox, and the dispatchers that deliver its entries."""
