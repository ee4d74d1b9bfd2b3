"""Steps that several actions share, within the change of the action."""
