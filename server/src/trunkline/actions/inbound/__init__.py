"""What a carrier reports."""
