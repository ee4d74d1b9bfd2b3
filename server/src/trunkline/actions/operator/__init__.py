"""What the operator of the service does at the command line."""
