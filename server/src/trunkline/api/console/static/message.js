/** One message as a row: who, what it answers, its parts with their reactions, and its delivery status. */

import { element, icon, iconButton } from "./dom.js";
import { timeOf, visible } from "./format.js";
import { fileOf, linkOf } from "./message-file.js";
import { pollOf } from "./message-poll.js";
import { textOf } from "./message-text.js";

/** @typedef {import("./conversation-messages.js").Message} Message */

/**
 * @typedef {object} Shown what a row shows of a message
 * @property {Message} message
 * @property {boolean} isOwn whether who looks at it sent it
 * @property {boolean} begins whether it begins a group of messages of one sender
 * @property {boolean} ends whether it ends one
 * @property {boolean} showsSender
 * @property {boolean} showsStatus
 * @property {string | null} service of the bubble
 * @property {Quote | null} quote
 * @property {Record<string, any> | null} poll
 */

/** @typedef {{ id: string, who: string, text: string | null }} Quote its text is null until it is known */

/**
 * @typedef {object} MessageActions
 * @property {import("./api.js").Api} api
 * @property {(handle: Record<string, any>) => boolean} isSelf
 * @property {(message: Message, part: number, at: HTMLElement) => void} openMenu
 * @property {(message: Message, part: number, reaction: Record<string, any>) => void} removeReaction
 * @property {(message: Message, option: Record<string, any>, remove: boolean) => void} vote
 * @property {(id: string) => void} jump
 */

/** The names of the tapbacks, each of which has an icon. */
export const TAPBACKS = /** @type {Record<string, string>} */ ({
  love: "Love",
  like: "Like",
  dislike: "Dislike",
  laugh: "Laugh",
  emphasize: "Emphasize",
  question: "Question",
});

const STATUSES = /** @type {Record<string, string>} */ ({
  pending: "Pending",
  queued: "Queued",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Failed",
  received: "Unread",
});

/**
 * @param {Shown} shown
 * @param {MessageActions} actions
 * @returns {HTMLLIElement}
 */
export function messageRow(shown, actions) {
  const { message, isOwn } = shown;
  const names = ["message", isOwn ? "own" : "theirs", shown.begins && "begins", shown.ends && "ends"];
  const failed = isOwn && message.delivery_status === "failed";
  return element(
    "li",
    {
      class: [...names, failed && "failed"].filter(Boolean).join(" "),
      data: { key: message.id, service: shown.service ?? "" },
      tabIndex: -1,
    },
    sender(shown),
    shown.quote && quote(shown.quote, actions),
    ...bubbles(shown, actions),
    meta(shown),
  );
}

/** @param {Shown} shown */
function sender({ message, isOwn, showsSender }) {
  const name = isOwn ? "You" : message.from_handle.handle;
  return element("p", { class: showsSender ? "sender" : "visually-hidden", dir: "auto" }, name);
}

/**
 * @param {Quote} quoted
 * @param {MessageActions} actions
 */
function quote({ id, who, text }, actions) {
  return element(
    "button",
    {
      type: "button",
      class: "quote",
      "aria-label": `Answer to ${who}: ${text ?? ""}`,
      on: { click: () => actions.jump(id) },
    },
    icon("reply"),
    element("span", { dir: "auto" }, text ?? "…"),
  );
}

/**
 * @param {Shown} shown
 * @param {MessageActions} actions
 */
function bubbles({ message, isOwn, poll }, actions) {
  const parts = message.parts.length > 0 ? message.parts : [{ type: "poll", reactions: poll?.reactions }];
  return parts.map((/** @type {any} */ part, /** @type {number} */ index) => {
    const more = iconButton("more", "React, answer, and more", () => actions.openMenu(message, index, more));
    more.classList.add("message-more");
    return element(
      "div",
      { class: "bubble-row" },
      element(
        "div",
        { class: "bubble" },
        content(message, part, poll, actions),
        reactions(message, index, part, actions),
      ),
      !(isOwn && message.delivery_status === "failed") && more,
    );
  });
}

/**
 * @param {Message} message
 * @param {Record<string, any>} part
 * @param {Record<string, any> | null} poll
 * @param {MessageActions} actions
 */
function content(message, part, poll, actions) {
  if (part.type === "text") return textOf(part);
  if (part.type === "media") return fileOf(actions.api, part);
  if (part.type === "link") return linkOf(part);
  if (part.type !== "poll") return element("div", { class: "text" }, `A part of the type ${part.type}`);
  const isChosen = (/** @type {any} */ option) => option.voters.some((/** @type {any} */ each) => actions.isSelf(each));
  return pollOf(poll, isChosen, (option) => actions.vote(message, option, isChosen(option)));
}

/**
 * @param {Message} message
 * @param {number} index
 * @param {Record<string, any>} part
 * @param {MessageActions} actions
 */
function reactions(message, index, part, actions) {
  if (!part.reactions?.length) return null;
  const chip = (/** @type {Record<string, any>} */ reaction) => {
    const name = TAPBACKS[reaction.type] ?? reaction.custom_emoji ?? reaction.type;
    const shown = reaction.type in TAPBACKS ? icon(reaction.type) : name;
    const isOwn = actions.isSelf(reaction.handle);
    const label = `${visible(name)}: ${isOwn ? "you" : visible(reaction.handle.handle)}`;
    if (!isOwn)
      return element("li", { title: label }, shown, element("span", { class: "visually-hidden" }, ` ${label}`));
    const remove = () => actions.removeReaction(message, index, reaction);
    const title = `${label}. Press to remove it.`;
    return element(
      "li",
      {},
      element("button", { type: "button", title, "aria-label": title, on: { click: remove } }, shown),
    );
  };
  return element("ul", { class: "reactions", "aria-label": "Reactions" }, ...part.reactions.map(chip));
}

/** @param {Shown} shown */
function meta({ message, isOwn, ends, showsStatus }) {
  const failure = message.delivery_status === "failed" && isOwn;
  const pieces = [
    effect(message),
    message.edit_count > 0 && (message.edit_count === 1 ? "Edited" : `Edited ${message.edit_count} times`),
    ends && !failure && timeOf(message.created_at),
    showsStatus && !failure && status(message),
  ].filter(Boolean);
  const reason = message.failure_reason;
  return element(
    "div",
    { class: "meta" },
    failure && element("span", { class: "failure" }, icon("failed"), reason ? `Failed: ${visible(reason)}` : "Failed"),
    pieces.join(" · "),
  );
}

/** @param {Message} message */
function effect({ effect }) {
  return effect && `Sent with ${effect.name.replaceAll("_", " ")}`;
}

/** @param {Message} message */
function status(message) {
  const time = message.delivery_status === "read" ? message.read_at : null;
  return STATUSES[message.delivery_status] + (time ? ` ${timeOf(time)}` : "");
}

/**
 * What a message says, in one line.
 *
 * @param {Message} message
 */
export function summaryOf(message) {
  if (message.parts.length === 0) return "Poll";
  return message.parts
    .map((/** @type {any} */ part) => (part.type === "media" ? visible(part.filename) : part.value))
    .join(" ")
    .slice(0, 200);
}
