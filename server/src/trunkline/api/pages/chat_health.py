"""The guide to chat health, where every ``health_status.doc_url`` leads."""

from string import Template

import msgspec

from trunkline.api.pages import frame
from trunkline.api.pages.markup import prose
from trunkline.domain.chat import HealthStatus
from trunkline.domain.document import GUIDE_PATH, fragment
from trunkline.domain.health import Thresholds


def chat_health(thresholds: Thresholds) -> str:
    """The guide, with the anchors ``#healthy``, ``#at-risk``, ``#critical``, ``#opted-out``, and ``#lines``."""
    text = Template(frame.text("chat_health.md")).substitute(msgspec.to_builtins(thresholds))
    anchors = [fragment(status).removeprefix("#") for status in HealthStatus] + ["lines"]
    contents = {anchor: anchor.replace("-", " ").capitalize() for anchor in anchors}
    return frame.page(GUIDE_PATH, "Chat health", contents, prose(text, 1))
