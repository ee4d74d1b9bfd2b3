"""Lines and handles: what a partner owns, whom a line reaches, and whom it does not message."""
