"""Send, read and change messages."""
