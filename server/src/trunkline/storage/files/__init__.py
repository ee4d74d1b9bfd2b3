"""The file store: where the bytes of attachments are (docs/decisions/0017)."""
