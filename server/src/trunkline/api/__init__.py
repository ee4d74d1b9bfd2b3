"""HTTP: requests in, responses out. Decisions are made in the actions and the domain."""
