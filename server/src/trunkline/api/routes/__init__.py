"""The routes, one module for each noun."""

from trunkline.api.routes import (
    attachments,
    blocked_handles,
    capability,
    chats,
    contact_cards,
    faults,
    lines,
    messages,
    not_simulated,
    polls,
    probes,
    requests,
    sandbox,
    webhook_deliveries,
    webhooks,
)

ROUTES = (
    *chats.ROUTES,
    *messages.ROUTES,
    *polls.ROUTES,
    *attachments.ROUTES,
    *lines.ROUTES,
    *contact_cards.ROUTES,
    *blocked_handles.ROUTES,
    *webhooks.ROUTES,
    *webhook_deliveries.ROUTES,
    *capability.ROUTES,
    *requests.ROUTES,
    *sandbox.ROUTES,
    *faults.ROUTES,
    *not_simulated.ROUTES,
    *probes.ROUTES,
)
"""Every route of the API."""
