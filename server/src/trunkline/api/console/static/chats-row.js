/** One row of the list: who, when, what was said last, and what needs attention. */

import { element, fill } from "./dom.js";
import { number, shortTime, visible } from "./format.js";
import { avatar, healthBadge, serviceDot, statusIcon } from "./parts.js";

/** @typedef {import("./changes.js").Chat} Chat */

/**
 * Fills the link of a row with a chat.
 *
 * @param {HTMLAnchorElement} link
 * @param {Chat} chat
 */
export function fillRow(link, chat) {
  const { last_message: message, unread_count: unread, health_status: health } = chat;
  const time = message?.created_at ?? chat.updated_at;
  link.classList.toggle("unread", unread > 0);
  fill(
    link,
    avatar(peopleOf(chat)),
    element(
      "span",
      { class: "top" },
      element("bdi", { class: "name" }, chat.display_name),
      element("time", { dateTime: time }, shortTime(time)),
    ),
    element(
      "span",
      { class: "bottom" },
      message?.is_from_me && statusIcon(message.delivery_status),
      element(
        "span",
        { class: "last" },
        message?.is_from_me && "You: ",
        element("bdi", {}, message ? textOf(message) : "No messages"),
      ),
      serviceDot(chat.service ?? "none"),
      health.status !== "HEALTHY" && healthBadge(health.status, { compact: true }),
      unread > 0 &&
        element(
          "span",
          { class: "count" },
          unread > 99 ? "99+" : number(unread),
          element("span", { class: "visually-hidden" }, " unread"),
        ),
    ),
  );
}

/**
 * The names for the avatar: of the chat, or of its first people if it is a group.
 *
 * @param {Chat} chat
 * @returns {string[]}
 */
function peopleOf(chat) {
  if (!chat.is_group) return [chat.display_name];
  const others = chat.handles.filter((/** @type {any} */ { is_me, status }) => !is_me && status === "active");
  return others.map((/** @type {any} */ { handle }) => handle);
}

/**
 * A message in one line.
 *
 * @param {Record<string, any>} message
 * @returns {string}
 */
export function textOf(message) {
  const parts = message.parts ?? [];
  const text = parts.find((/** @type {any} */ part) => part.type === "text" && part.value);
  if (text) return text.value.slice(0, 200).replace(/\s+/gu, " ");
  const [first] = parts;
  if (first?.type === "link") return first.value ?? "Link";
  if (first?.type !== "media") return "Poll"; // which has no parts
  const kind = { image: "Picture", audio: "Voice memo", video: "Video" }[
    /** @type {string} */ (first.mime_type ?? "").split("/")[0]
  ];
  return kind ?? visible(first.filename ?? "File");
}
