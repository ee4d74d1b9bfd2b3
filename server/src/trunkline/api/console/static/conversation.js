/** The conversation of a chat, as the line sees it. */

import { ApiError } from "./api.js";
import { headerOf } from "./conversation-header.js";
import { Room } from "./conversation-room.js";
import { lineSide } from "./conversation-side.js";
import { element, fill } from "./dom.js";
import { visible } from "./format.js";
import { emptyState, skeleton } from "./parts.js";

/**
 * A view of one chat at a time.
 *
 * @typedef {object} ChatPane
 * @property {HTMLElement} element
 * @property {(chatId: string | null) => void} show opens a chat; null if none is open
 */

const PATIENCE = 150; // ms in which the chat before stays, so that a quick one does not flicker

/** Where pages of this browser tell in which chat a contact card was shared, which does not change the chat. */
export const SHARES = "trunkline.shares";

/**
 * @param {import("./app.js").App} app
 * @param {AbortSignal} signal
 * @returns {ChatPane}
 */
export function openConversation(app, signal) {
  /** @type {string | null} */
  let open = null;
  /** @type {Record<string, any> | null} */
  let chat = null;
  let waiting = 0;
  const header = element("header", { class: "conversation-header" });
  const room = new Room(app, signal, {
    label: "Message",
    messages: "Messages of the line",
    empty: "No messages yet",
    changed: () => showHeader(),
  });
  const shares = new BroadcastChannel(SHARES);
  signal.addEventListener("abort", () => shares.close(), { once: true });
  const pane = element("section", { class: "conversation", "aria-label": "Conversation" });

  function showHeader() {
    if (!chat) return;
    const unread = room.messages.filter((each) => each.delivery_status === "received").length || chat.unread_count;
    const side = lineSide(app.api, chat.id, app.signal);
    headerOf(header, chat, unread, {
      read: () => room.attempt(side.read()),
      shareCard: (button) => room.attempt(shareCard(button)),
    });
  }

  /** @param {HTMLButtonElement} button */
  async function shareCard(button) {
    const id = chat?.id;
    await app.api.post(`v3/chats/${encodeURIComponent(id)}/share_contact_card`, undefined, signal);
    shares.postMessage(id);
    fill(button, "The contact card is shared");
    app.announce("The contact card is shared.");
  }

  /** @param {Record<string, any>} now the chat as it is now */
  function enter(now) {
    clearTimeout(waiting);
    chat = now;
    const [line] = now.handles;
    const closed =
      line.status === "active" ? null : "The line is no longer in this group. Somebody in it can add it again.";
    if (!room.element.isConnected) fill(pane, header, room.element);
    showHeader();
    room.show({ chat: now, side: lineSide(app.api, now.id, app.signal), self: line.handle, closed });
  }

  app.changes.watch((chats) => {
    const changed = chats.find((each) => each.id === open);
    if (changed && chat) enter(changed);
  }, signal);

  return {
    element: pane,
    async show(chatId) {
      if (chatId === open && chatId !== null) return;
      clearTimeout(waiting);
      open = chatId;
      chat = null;
      if (chatId === null) {
        fill(pane, emptyState("No chat is open", element("p", {}, "Choose one from the list.")));
        return;
      }
      waiting = setTimeout(() => fill(pane, skeleton(6, "skeleton-message")), PATIENCE);
      try {
        const path = `v3/chats/${encodeURIComponent(chatId)}`;
        const found = await app.api.persist(() => app.api.get(path, {}, signal), signal);
        if (open === chatId) enter(found);
      } catch (error) {
        if (signal.aborted || open !== chatId) return;
        clearTimeout(waiting);
        if (!(error instanceof ApiError)) throw error;
        fill(pane, emptyState("This chat is not there", element("p", {}, visible(error.message))));
      }
    },
  };
}
