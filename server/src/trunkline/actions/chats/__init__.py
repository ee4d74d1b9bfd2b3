"""List and change chats."""
