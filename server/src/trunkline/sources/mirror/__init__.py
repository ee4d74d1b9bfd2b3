"""An upstream that speaks this API, read through the SDK."""
