"""Where things are on the page."""

from playwright.sync_api import Locator, expect


def overlaps(one: Locator, others: Locator) -> bool:
    """Whether an element is on top of one of the others that are shown."""
    return one.evaluate(
        """(one, others) => {
            const a = one.getBoundingClientRect();
            return others.some((other) => {
                const b = other.getBoundingClientRect();
                const isShown = b.width > 0 && b.height > 0;
                return isShown && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
            });
        }""",
        others.element_handles(),
    )


def in_order(shown: Locator, *words: str) -> None:
    """These words stand from left to right."""
    for word in words:
        expect(shown).to_contain_text(word)
    lefts = shown.evaluate(
        """(shown, words) => {
            const texts = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
            const nodes = [];
            while (texts.nextNode()) nodes.push(texts.currentNode);
            return words.map((word) => {
                const node = nodes.find(({ data }) => data.includes(word));
                const range = document.createRange();
                range.setStart(node, node.data.indexOf(word));
                range.setEnd(node, range.startOffset + word.length);
                return range.getBoundingClientRect().left;
            });
        }""",
        words,
    )
    assert lefts == sorted(lefts), lefts
