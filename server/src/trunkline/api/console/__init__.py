"""The console: a page that is a client of the API, and its files (docs/decisions/0039)."""
