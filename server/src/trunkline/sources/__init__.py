"""Readers of existing conversations: a package for each format."""
