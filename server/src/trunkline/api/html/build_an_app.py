"""The guide for developers of an app: from an empty folder to a tested integration."""

import re
from string import Template

from trunkline.api.html import frame
from trunkline.api.html.markup import prose, slug


def build_an_app(base_url: str) -> str:
    """The guide, for a service at ``base_url``."""
    text = Template(frame.text("build_an_app.md")).substitute(url=base_url)
    titles = re.findall(r"^# (.+)$", text, re.MULTILINE)
    return frame.page(frame.APP_PATH, "Build an app", {slug(title): title for title in titles}, prose(text, 1))
