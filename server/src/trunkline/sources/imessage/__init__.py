"""Apple Messages: ``chat.db`` of a Mac, or ``sms.db`` in the backup of a phone."""
