"""The place in a list that is higher than a browser allows an element to be."""

from typing import Any

import pytest
from playwright.sync_api import Page

HEIGHTS = (40_000, 6_400_000, 64_000_000)  # px: of about six hundred, a hundred thousand and a million chats
VIEW = 800  # px

_STEPS = """
async ([height, view, step]) => {
    const { ScrollPosition } = await import("./console/chats-scroll.js");
    const position = new ScrollPosition();
    Object.assign(position, { height, view });
    const end = height - view;
    const wrong = [];
    let scrolled = 0;
    for (const direction of [step, -step]) {
        for (let steps = Math.ceil(end / step); steps > 0; steps -= 1) {
            const wanted = Math.max(0, Math.min(position.top + direction, end));
            const limit = position.contentHeight - view;
            scrolled = position.follow(Math.max(0, Math.min(scrolled + direction, limit)));
            if (Math.abs(position.top - wanted) > 0.01 && wrong.length < 5) wrong.push([position.top, wanted]);
        }
        if (scrolled !== (direction > 0 ? position.contentHeight - view : 0)) wrong.push(["end", scrolled]);
    }
    return wrong;
}
"""
_JUMPS = """
async ([height, view, parts]) => {
    const { ScrollPosition } = await import("./console/chats-scroll.js");
    const position = new ScrollPosition();
    Object.assign(position, { height, view });
    return parts.map((part) => {
        position.follow(part * (position.contentHeight - view));
        return position.top / (height - view);
    });
}
"""


def test_the_wheel_moves_by_what_it_says(page: Page) -> None:
    for height in HEIGHTS:
        for step in (120, 1_000):
            assert page.evaluate(_STEPS, [height, VIEW, step]) == []


def test_the_thumb_reaches_every_part(page: Page) -> None:
    for height in HEIGHTS:
        parts: list[Any] = page.evaluate(_JUMPS, [height, VIEW, [0.5, 1, 0, 0.25, 0.75]])

        assert parts == pytest.approx([0.5, 1, 0, parts[3], 1 - parts[3]])
        assert 0 < parts[3] < 0.5
