/** The phone of a recipient: the same chat as they see it. Somebody who tries an app acts here as the counterparty. */

import { ApiError } from "./api.js";
import { SHARES } from "./conversation.js";
import { Room } from "./conversation-room.js";
import { phoneSide, simulate } from "./conversation-side.js";
import { element, fill } from "./dom.js";
import { visible } from "./format.js";
import { emptyState, isolated } from "./parts.js";
import { PhoneDelivery } from "./phone-delivery.js";

const STOP = "STOP";
const BACK = "START";
const CARRIED = 500; // ms in which the carrier shows a contact card

/**
 * @param {import("./app.js").App} app
 * @param {AbortSignal} signal
 * @returns {import("./conversation.js").ChatPane}
 */
export function openPhone(app, signal) {
  /** @type {string | null} */
  let open = null;
  /** @type {Record<string, any> | null} */
  let chat = null;
  let holder = "";

  const room = new Room(app, signal, {
    label: "Write as them",
    messages: "Messages on the phone",
    empty: "No messages on this phone",
    changed: showDelivery,
  });
  const delivery = new PhoneDelivery(app.api, signal, (doing) => room.attempt(doing));
  /** @type {import("./conversation-room.js").Card[]} */
  let cards = [];
  const shares = new BroadcastChannel(SHARES);
  shares.onmessage = (event) => event.data === open && setTimeout(readCards, CARRIED);
  signal.addEventListener("abort", () => shares.close(), { once: true });
  const owner = element("div", { class: "owner" });
  const acts = element("div", { class: "acts" });
  const phone = element(
    "div",
    { class: "handset" },
    element("header", { class: "phone-header" }, owner, acts),
    room.element,
  );
  const pane = element("section", { class: "phone", "aria-label": "The other phone" });

  function showDelivery() {
    if (chat) delivery.show(holder, room.messages);
  }

  /** @param {Record<string, any>} now the chat as it is now */
  function enter(now) {
    chat = now;
    const people = now.handles.slice(1);
    const isHere = people.some((/** @type {any} */ each) => each.handle === holder);
    if (!isHere) holder = (people.find((/** @type {any} */ each) => each.status === "active") ?? people[0]).handle;
    const member = people.findLast((/** @type {any} */ each) => each.handle === holder);
    const isMember = member.status === "active";
    if (!phone.isConnected) fill(pane, phone, delivery.element);
    showOwner(people);
    const side = phoneSide(app.api, now.id, member, app.signal);
    showActs(now, side, isMember);
    showDelivery();
    room.show({
      chat: now,
      side,
      self: holder,
      cards,
      closed: isMember ? null : element("span", {}, isolated(holder), " is no longer in this group."),
    });
  }

  async function readCards() {
    if (!chat || signal.aborted) return;
    const { id } = chat;
    const listed = await simulate(app.api, { action: "contact_cards", chat_id: id }, signal).catch(() => null);
    if (!listed || chat?.id !== id) return;
    cards = listed.contact_cards;
    enter(chat);
  }

  /** @param {Record<string, any>[]} people */
  function showOwner(people) {
    const handles = [...new Set(people.map((each) => each.handle))];
    const shown = owner.dataset.shown;
    owner.dataset.shown = JSON.stringify([handles, holder]);
    if (shown === owner.dataset.shown) return;
    if (handles.length === 1) {
      fill(owner, element("span", { class: "secondary" }, "The phone of"), element("h2", { dir: "auto" }, holder));
      return;
    }
    const select = element(
      "select",
      { id: "holder", value: holder },
      ...handles.map((each) => element("option", { value: each, selected: each === holder }, visible(each))),
    );
    select.addEventListener("change", () => {
      holder = select.value;
      if (chat) enter(chat);
    });
    fill(owner, element("label", { htmlFor: "holder", class: "secondary" }, "The phone of"), select);
  }

  /**
   * @param {Record<string, any>} now
   * @param {ReturnType<typeof phoneSide>} side
   * @param {boolean} isMember
   */
  function showActs(now, side, isMember) {
    const button = (
      /** @type {string} */ name,
      /** @type {string} */ title,
      /** @type {() => Promise<unknown>} */ act,
    ) => element("button", { type: "button", title, on: { click: () => room.attempt(act()) } }, name);
    const write = (/** @type {string} */ text) => () => side.act("message", { text });
    const isOut = now.health_status.status === "OPTED_OUT";
    const focused = document.activeElement instanceof HTMLElement && acts.contains(document.activeElement);
    const signature = `${now.id} ${holder} ${isMember} ${isOut}`;
    if (acts.dataset.shown === signature) return;
    acts.dataset.shown = signature;
    fill(
      acts,
      isMember && button("Read", "Read what the line has sent", side.read),
      !now.is_group && !isOut && button(STOP, "Opt out: the line can send no more messages", write(STOP)),
      !now.is_group && isOut && button(BACK, "Come back: any message ends the opt-out", write(BACK)),
      now.is_group && isMember && button("Leave", "Leave the group", () => side.act("leave")),
      now.is_group && !isMember && button("Join", "Join the group again", () => side.act("join")),
    );
    if (focused) /** @type {HTMLElement | null} */ (acts.querySelector("button"))?.focus();
  }

  app.changes.watch((chats) => {
    const changed = chats.find((each) => each.id === open);
    if (changed && chat) enter(changed);
  }, signal);

  return {
    element: pane,
    async show(chatId) {
      if (chatId === open) return;
      open = chatId;
      chat = null;
      holder = "";
      cards = [];
      fill(pane);
      if (chatId === null) return;
      if (!app.hasSandbox) {
        pane.classList.add("off");
        fill(pane, noSandbox());
        return;
      }
      try {
        const path = `v3/chats/${encodeURIComponent(chatId)}`;
        const found = await app.api.persist(() => app.api.get(path, {}, signal), signal);
        if (open !== chatId) return;
        enter(found);
        readCards();
      } catch (error) {
        if (!signal.aborted && !(error instanceof ApiError)) throw error; // the conversation says what the API said
      }
    },
  };
}

function noSandbox() {
  return emptyState(
    "The other phone is off",
    element(
      "p",
      {},
      "To play the people whom your lines write to, start the service with ",
      element("code", {}, "trunkline serve --sandbox"),
      " and the carrier loopback.",
    ),
  );
}
