"""The guide to chat health, to which every ``health_status.doc_url`` leads."""

from string import Template

import msgspec

from trunkline.api.html import frame
from trunkline.api.html.markup import prose
from trunkline.domain.chat import HealthStatus
from trunkline.domain.chat_health import Thresholds
from trunkline.schemas.chat import GUIDE_PATH, health_anchor


def chat_health(thresholds: Thresholds) -> str:
    """The guide, with the anchors ``#healthy``, ``#at-risk``, ``#critical``, ``#opted-out``, and ``#lines``."""
    text = Template(frame.text("chat_health.md")).substitute(msgspec.to_builtins(thresholds))
    anchors = [health_anchor(status).removeprefix("#") for status in HealthStatus] + ["lines"]
    contents = {anchor: anchor.replace("-", " ").capitalize() for anchor in anchors}
    return frame.page(GUIDE_PATH, "Chat health", contents, prose(text, 1))
