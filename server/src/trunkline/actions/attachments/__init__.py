"""Upload, read, download and delete attachments; delete the files that nothing needs."""
