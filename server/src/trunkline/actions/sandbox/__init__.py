"""Play the counterparty."""
