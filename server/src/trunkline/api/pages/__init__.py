"""The pages that people read, made from what the code declares: self-contained, without scripts, light and dark."""

from trunkline.api.pages.api import api
from trunkline.api.pages.chat_health import chat_health
from trunkline.api.pages.errors import errors
from trunkline.api.pages.frame import security_policy
from trunkline.api.pages.sandbox import sandbox
from trunkline.api.pages.webhooks import webhooks

__all__ = ["api", "chat_health", "errors", "sandbox", "security_policy", "webhooks"]
