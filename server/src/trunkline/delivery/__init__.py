"""What leaves the service: the worker that empties the outbox, and the couriers that take its items where they go."""
