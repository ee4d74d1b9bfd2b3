/** What stands in a conversation, in order: messages, days, who came and went, health, and what is being sent. */

import { draftRow } from "./composer-draft.js";
import { element, icon } from "./dom.js";
import { dayOf, timeOf } from "./format.js";
import { messageRow, summaryOf } from "./message.js";
import { healthText, isolated } from "./parts.js";

/** @typedef {import("./conversation-messages.js").Message} Message */

/**
 * @typedef {object} Row
 * @property {string} key
 * @property {string} signature what it shows: a row whose signature is the same is not made again
 * @property {() => HTMLLIElement} make
 */

/**
 * @typedef {object} Scene what is shown, and to whom
 * @property {Record<string, any>} chat
 * @property {import("./conversation-side.js").Side} side
 * @property {Message[]} messages oldest first
 * @property {Card[]} cards that the line shared
 * @property {boolean} isComplete whether nothing is older than the messages
 * @property {import("./composer-draft.js").Draft[]} drafts
 * @property {import("./conversation-lookups.js").Lookups} lookups
 * @property {import("./message.js").MessageActions} actions
 * @property {import("./composer-draft.js").DraftActions} draftActions
 */

/** @typedef {{ card: Record<string, any>, shown_at: string | null }} Card a contact card that the line shared */

/** @typedef {{ before?: string, name?: string, after?: string }} Words a sentence around the name of somebody */

const TOGETHER = 3 * 60_000; // ms between two messages of one group

/**
 * @param {Scene} scene
 * @returns {Row[]}
 */
export function rowsOf(scene) {
  const { messages, side, chat } = scene;
  const events = eventsOf(scene);
  /** @type {Row[]} */
  const rows = [];
  let day = "";
  const beginDay = (/** @type {string} */ time) => {
    const next = dayOf(time);
    if (next === day) return;
    day = next;
    rows.push(note(`day ${new Date(time).toDateString()}`, "day", { before: next }));
  };
  messages.forEach((message, index) => {
    while (events.length > 0 && events[0].time < Date.parse(message.created_at))
      rows.push(events.shift()?.row ?? never());
    beginDay(message.created_at);
    const before = messages[index - 1];
    const after = messages[index + 1];
    const isOwn = side.is(message.from_handle);
    const begins = !before || !isTogether(before, message);
    const ends = !after || !isTogether(message, after);
    const shown = {
      message,
      isOwn,
      begins,
      ends,
      showsSender: begins && !isOwn && chat.is_group,
      showsStatus: isOwn && side.isLine ? ends || after.delivery_status !== message.delivery_status : false,
      service: message.service ?? message.preferred_service ?? chat.service,
      quote: message.reply_to && quoteOf(scene, message.reply_to.message_id),
      poll: message.parts.length === 0 ? scene.lookups.poll(message) : null,
    };
    rows.push({ key: message.id, signature: JSON.stringify(shown), make: () => messageRow(shown, scene.actions) });
  });
  rows.push(...events.map((each) => each.row));
  for (const draft of scene.drafts) {
    const service = chat.service ?? "";
    rows.push({
      key: draft.key,
      signature: draft.signature,
      make: () => draftRow(draft, service, scene.draftActions),
    });
  }
  return rows;
}

/**
 * @param {Message} one
 * @param {Message} other
 */
function isTogether(one, other) {
  const span = Date.parse(other.created_at) - Date.parse(one.created_at);
  return one.from_handle.handle === other.from_handle.handle && span < TOGETHER && !other.reply_to;
}

/**
 * @param {Scene} scene
 * @param {string} id
 * @returns {import("./message.js").Quote}
 */
function quoteOf({ messages, lookups, side }, id) {
  const message = messages.find((each) => each.id === id) ?? lookups.message(id);
  if (message === null) return { id, who: "", text: "A message that was deleted" };
  if (!message) return { id, who: "", text: null };
  return { id, who: side.is(message.from_handle) ? "you" : message.from_handle.handle, text: summaryOf(message) };
}

/**
 * Who came and went, and the health, as the chat tells of them now, at their times.
 *
 * @param {Scene} scene
 * @returns {{ time: number, row: Row }[]}
 */
function eventsOf({ chat, messages, isComplete, side, cards }) {
  /** @type {{ time: number, row: Row }[]} */
  const events = [];
  const add = (/** @type {string} */ time, /** @type {string} */ kind, /** @type {Words} */ words) => {
    const at = Date.parse(time);
    if (!isComplete && (messages.length === 0 || at < Date.parse(messages[0].created_at))) return;
    events.push({
      time: at,
      row: note(`${kind} ${time}`, kind, { ...words, after: `${words.after ?? ""} · ${timeOf(time)}` }),
    });
  };
  const began = Date.parse(chat.created_at);
  for (const each of chat.is_group ? chat.handles : []) {
    const name = side.is(each) ? "You" : each.handle;
    if (Date.parse(each.joined_at) > began) add(each.joined_at, "joined", { name, after: " joined" });
    if (each.left_at) add(each.left_at, "left", { name, after: each.status === "removed" ? " was removed" : " left" });
  }
  for (const { card, shown_at } of cards) {
    const name = [card.first_name, card.last_name].filter(Boolean).join(" ");
    if (shown_at) add(shown_at, "card-shared", { before: "Contact card: ", name, after: `, ${card.phone_number}` });
  }
  const health = chat.health_status;
  if (side.isLine && (health.status !== "HEALTHY" || Date.parse(health.updated_at) > began)) {
    const before = `The chat is now ${healthText(health.status).toLowerCase()}`;
    add(health.updated_at, `health ${health.status.toLowerCase()}`, { before });
  }
  return events.sort((one, other) => one.time - other.time);
}

/**
 * @param {string} key
 * @param {string} kind
 * @param {Words} words
 * @returns {Row}
 */
function note(key, kind, { before = "", name = "", after = "" }) {
  const text = before + name + after;
  const symbol = kind === "joined" ? "join" : kind === "left" ? "leave" : null;
  const make = () =>
    element(
      "li",
      { class: `note ${kind}`, data: { key } },
      symbol && icon(symbol),
      element("span", {}, before, isolated(name), after),
    );
  return { key: `${key} ${text}`, signature: text, make };
}

/** @returns {never} */
function never() {
  throw new Error("unreachable");
}
