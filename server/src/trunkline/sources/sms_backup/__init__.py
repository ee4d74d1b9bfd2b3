"""The Android app *SMS Backup & Restore*: an XML file, or a zip of one."""
