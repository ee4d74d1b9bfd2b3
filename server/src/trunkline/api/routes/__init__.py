"""One module a noun."""

from trunkline.api.routes import (
    blocked_handles,
    capability,
    conversations,
    messages,
    phone_numbers,
    simulate,
    webhook_subscriptions,
)

ROUTES = (
    *conversations.ROUTES,
    *messages.ROUTES,
    *phone_numbers.ROUTES,
    *blocked_handles.ROUTES,
    *webhook_subscriptions.ROUTES,
    *capability.ROUTES,
    *simulate.ROUTES,
)
"""Every route with a key, but the list of chats."""
