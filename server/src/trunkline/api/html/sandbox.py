"""The guide to the sandbox."""

import re
from string import Template

from trunkline.api.html import frame
from trunkline.api.html.markup import prose, slug


def sandbox(base_url: str) -> str:
    """The guide, for a service at ``base_url``."""
    text = Template(frame.text("sandbox.md")).substitute(url=base_url)
    titles = re.findall(r"^# (.+)$", text, re.MULTILINE)
    return frame.page(frame.SANDBOX_PATH, "The sandbox", {slug(title): title for title in titles}, prose(text, 1))
