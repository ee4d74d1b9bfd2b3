"""The style sheets are loaded together, so the class names of one view must not be those of another."""

import re
from importlib import resources

STATIC = resources.files("trunkline.api.console").joinpath("static")
_CONVERSATION = ("composer", "conversation", "message", "phone")
VIEWS = {
    "chats.css": ("chats",),
    "conversation.css": _CONVERSATION,
    "message.css": _CONVERSATION,
    "composer.css": _CONVERSATION,
    "phone.css": _CONVERSATION,
    "split.css": ("code", "requests", "split", "webhooks"),
    "feed.css": ("feed", "requests", "webhooks"),
    "lines.css": ("lines", "plot"),
    "webhooks.css": ("webhooks",),
    "requests.css": ("requests",),
}
"""What the modules whose elements a style sheet is for begin with. What more of them have is in ``style.css``."""


def test_a_style_sheet_is_for_its_own_modules() -> None:
    used = {
        file.name: {
            name
            for names in re.findall(r'(?:class: |classList\.add\(|className = )["`]([^"`]*)["`]', file.read_text())
            for name in names.split()
        }
        for file in STATIC.iterdir()
        if file.name.endswith(".js")
    }
    for sheet, beginnings in VIEWS.items():
        text = re.sub(r"/\*.*?\*/", "", STATIC.joinpath(sheet).read_text(), flags=re.DOTALL)
        styled = set(re.findall(r"(?m)^\s*\.([\w-]+)", text))
        foreign = {
            (module, name)
            for module, names in used.items()
            for name in styled & names
            if not module.startswith(beginnings)
        }
        assert foreign == set(), sheet
