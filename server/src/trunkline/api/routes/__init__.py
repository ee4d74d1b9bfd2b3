"""One module a noun."""

from trunkline.api.routes import blocked_handles, conversations, messages, phone_numbers

ROUTES = (
    *conversations.ROUTES,
    *messages.ROUTES,
    *phone_numbers.ROUTES,
    *blocked_handles.ROUTES,
)
"""Every route with a key, but the list of chats."""
