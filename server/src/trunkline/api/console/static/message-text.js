/** The text of a message: decorations, mentions, links, and what is too long folded. */

import { element } from "./dom.js";
import { visible } from "./format.js";

const FOLD = 600; // UTF-16 code units that are shown of a longer text
const LONGEST_UNFOLDED = 900;
const LINK = /\bhttps?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'’”]/gi;
const EMOJI_ONLY = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}(?<!\d)|\s){1,40}$/u;
const STYLES = new Set(["bold", "italic", "strikethrough", "underline"]);

/**
 * @param {Record<string, any>} part a text part
 * @returns {HTMLElement}
 */
export function textOf(part) {
  const text = part.value;
  const box = element("div", { class: isEmoji(text) ? "text emoji" : "text", dir: "auto" });
  if (text.length <= LONGEST_UNFOLDED) {
    box.append(...pieces(part, text.length));
    return box;
  }
  const unfold = element(
    "button",
    { type: "button", class: "unfold" },
    `Show all ${text.length.toLocaleString()} characters`,
  );
  unfold.addEventListener("click", () => box.replaceChildren(...pieces(part, text.length)), { once: true });
  box.append(...pieces(part, wordEnd(text)), "… ", unfold);
  return box;
}

/** @param {string} text */
function isEmoji(text) {
  return text.length <= 60 && EMOJI_ONLY.test(text) && text.trim() !== "";
}

/** @param {string} text */
function wordEnd(text) {
  const space = text.lastIndexOf(" ", FOLD);
  if (space > FOLD / 2) return space;
  return text.codePointAt(FOLD - 1) === text.charCodeAt(FOLD - 1) ? FOLD : FOLD - 1;
}

/**
 * The text up to an end, cut where a decoration, a mention or a link begins or ends.
 *
 * @param {Record<string, any>} part
 * @param {number} end
 * @returns {(Node | string)[]}
 */
function pieces(part, end) {
  const text = part.value;
  const marks = [...decorations(part), ...mentions(part), ...links(text)];
  const cuts = new Set([0, end]);
  for (const { range } of marks) for (const place of range) if (place > 0 && place < end) cuts.add(place);
  const places = [...cuts].sort((a, b) => a - b);
  return places.slice(1).map((stop, index) => {
    const start = places[index];
    const here = marks.filter(({ range }) => range[0] <= start && range[1] >= stop);
    return decorated(text.slice(start, stop), here);
  });
}

/** @typedef {{ range: number[], names: string, title?: string, href?: string }} Mark */

/**
 * @param {string} text
 * @param {Mark[]} marks
 */
function decorated(text, marks) {
  if (marks.length === 0) return text;
  const href = marks.find((each) => each.href)?.href;
  const names = marks.map((each) => each.names).join(" ");
  const title = marks.find((each) => each.title)?.title;
  if (href) return element("a", { class: names, title, ...outward(href) }, visible(text));
  return element("span", { class: names, title }, text);
}

/** @param {Record<string, any>} part @returns {Mark[]} */
function decorations(part) {
  return (part.text_decorations ?? []).map((/** @type {any} */ { range, style, animation }) => ({
    range,
    names: STYLES.has(style) ? `style-${style}` : "animated",
    title: animation ? `Animation: ${animation}` : undefined,
  }));
}

/** @param {Record<string, any>} part @returns {Mark[]} */
function mentions(part) {
  return (part.mentions ?? []).map((/** @type {any} */ { range, handle }) => ({
    range,
    names: "mention",
    title: visible(handle),
  }));
}

/** @param {string} text @returns {Mark[]} */
function links(text) {
  return [...text.matchAll(LINK)].map((found) => ({
    range: [found.index, found.index + found[0].length],
    names: "",
    href: found[0],
  }));
}

/** @typedef {{ href?: string, target?: string, rel?: string, download?: string }} Outward attributes of a link */

/**
 * The attributes of a link that leaves the console; none if it is not a link of the web, such as `javascript:`.
 *
 * @param {string} address
 * @returns {Outward}
 */
export function outward(address) {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return {};
  return { href: url.href, target: "_blank", rel: "noreferrer noopener" };
}
