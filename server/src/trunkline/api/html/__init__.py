"""The pages of the documentation: self-contained, readable without scripts, light and dark (docs/decisions/0015)."""

from trunkline.api.html.build_an_app import build_an_app
from trunkline.api.html.chat_health import chat_health
from trunkline.api.html.errors import errors
from trunkline.api.html.frame import security_policy
from trunkline.api.html.reference import api
from trunkline.api.html.sandbox import sandbox
from trunkline.api.html.webhooks import webhooks

__all__ = ["api", "build_an_app", "chat_health", "errors", "sandbox", "security_policy", "webhooks"]
