"""The store: one SQL text, two engines."""
