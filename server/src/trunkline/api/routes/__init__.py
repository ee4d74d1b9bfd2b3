"""The routes, one module for each noun."""

from trunkline.api.routes import (
    attachments,
    blocked_handles,
    capability,
    chats,
    lines,
    messages,
    probes,
    sandbox,
    webhooks,
)

ROUTES = (
    *chats.ROUTES,
    *messages.ROUTES,
    *attachments.ROUTES,
    *lines.ROUTES,
    *blocked_handles.ROUTES,
    *webhooks.ROUTES,
    *capability.ROUTES,
    *sandbox.ROUTES,
    *probes.ROUTES,
)
"""Every route of the API."""
