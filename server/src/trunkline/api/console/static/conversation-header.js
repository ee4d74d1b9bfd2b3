/** The head of a conversation: who, over which service, how healthy and why, and who is in the group. */

import { element, fill, icon } from "./dom.js";
import { count, momentOf, relativeTime } from "./format.js";
import { avatar, copyButton, healthBadge } from "./parts.js";

/** What the guide to chat health says in full. @type {Record<string, string>} */
const WHY = {
  HEALTHY: "They answer, and messages arrive.",
  AT_RISK: "Messages without an answer, or messages that failed. Wait for an answer before you send more.",
  CRITICAL: "Many messages without an answer, or many that failed. Stop sending until they answer.",
  OPTED_OUT: "They asked for no more messages. Sending fails until they write again.",
};

/**
 * @param {HTMLElement} header
 * @param {Record<string, any>} chat
 * @param {number} unread
 * @param {{ read: () => void, shareCard: (button: HTMLButtonElement) => void }} actions
 */
export function headerOf(header, chat, unread, actions) {
  const signature = JSON.stringify([chat, unread > 0]);
  if (header.dataset.shown === signature) return;
  header.dataset.shown = signature;
  const before = header.querySelector("details");
  const wasOpen = before?.open ?? false;
  const hadFocus = before?.contains(document.activeElement) ?? false;
  const [line, ...others] = chat.handles;
  const present = others.filter((/** @type {any} */ each) => each.status === "active");
  const name = chat.display_name || present.map((/** @type {any} */ each) => each.handle).join(", ");
  fill(
    header,
    avatar(present.map((/** @type {any} */ each) => each.handle)),
    element(
      "div",
      { class: "who" },
      element("h2", { dir: "auto", title: name }, name),
      element(
        "p",
        { class: "secondary" },
        chat.service && element("span", { class: `service ${chat.service.toLowerCase()}`, "aria-hidden": "true" }),
        [chat.service, chat.is_group && count(present.length + 1, "member"), `from ${line.handle}`]
          .filter(Boolean)
          .join(" · "),
      ),
    ),
    unread > 0 &&
      element(
        "button",
        { type: "button", class: "mark-read", title: "Mark as read", on: { click: actions.read } },
        icon("read"),
        element("span", {}, "Mark as read"),
      ),
    element(
      "details",
      { open: wasOpen, on: { keydown: closeOnEscape, focusout: closeOnLeave } },
      element(
        "summary",
        {},
        healthBadge(chat.health_status.status),
        element("span", { class: "visually-hidden" }, "Details"),
      ),
      element("div", { class: "details", tabIndex: -1 }, ...details(chat, actions)),
    ),
  );
  if (hadFocus) header.querySelector("summary")?.focus();
}

/** @param {KeyboardEvent & { currentTarget: HTMLDetailsElement }} event */
function closeOnEscape(event) {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  event.currentTarget.open = false;
  event.currentTarget.querySelector("summary")?.focus();
}

/** @param {FocusEvent & { currentTarget: HTMLDetailsElement }} event */
function closeOnLeave({ currentTarget, relatedTarget }) {
  if (!currentTarget.contains(/** @type {Node | null} */ (relatedTarget))) currentTarget.open = false;
}

/**
 * @param {Record<string, any>} chat
 * @param {{ shareCard: (button: HTMLButtonElement) => void }} actions
 */
function details(chat, actions) {
  const { status, updated_at, doc_url } = chat.health_status;
  const members = chat.handles.map((/** @type {any} */ each) =>
    element(
      "li",
      {},
      element("span", { dir: "auto" }, each.handle),
      element("span", { class: "secondary" }, memberNote(each)),
      copyButton(`Copy ${each.handle}`, each.handle),
    ),
  );
  return [
    element(
      "p",
      {},
      `${WHY[status] ?? ""} Since ${momentOf(updated_at)}. `,
      element("a", { href: doc_url, target: "_blank", rel: "noreferrer" }, "How health works"),
    ),
    element("h3", {}, chat.is_group ? "Members" : "Between"),
    element("ul", { class: "members" }, ...members),
    element("p", { class: "identifier" }, element("code", {}, chat.id), copyButton("Copy the id of the chat", chat.id)),
    element("p", { class: "secondary" }, `Created ${momentOf(chat.created_at)}`),
    element(
      "button",
      { type: "button", on: { click: (event) => actions.shareCard(event.currentTarget) } },
      "Share the contact card of the line",
    ),
  ];
}

/** @param {Record<string, any>} handle */
function memberNote({ is_me, status, left_at, service }) {
  const came = status === "active" ? service : `${status} ${left_at ? relativeTime(left_at) : ""}`;
  return is_me ? `your line · ${came}` : came;
}
