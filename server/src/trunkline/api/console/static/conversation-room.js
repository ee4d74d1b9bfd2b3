/** A chat as one side sees it: its messages, and where that side writes. The line and a phone each have one. */

import { ApiError } from "./api.js";
import { Composer } from "./composer.js";
import { Draft, Drafts } from "./composer-draft.js";
import { MessageList } from "./conversation-list.js";
import { Lookups } from "./conversation-lookups.js";
import { Transcript } from "./conversation-messages.js";
import { rowsOf } from "./conversation-rows.js";
import { TypingDots } from "./conversation-typing.js";
import { element, fill } from "./dom.js";
import { visible } from "./format.js";
import { MessageMenu } from "./message-menu.js";
import { emptyState, skeleton } from "./parts.js";

/** @typedef {import("./conversation-messages.js").Message} Message */
/** @typedef {import("./conversation-side.js").Side} Side */
/** @typedef {{ chat: Record<string, any>, side: Side, self: string, closed: Node | string | null, cards?: Card[] }} Occupancy */
/** @typedef {import("./conversation-rows.js").Card} Card */

const PAGES_SOUGHT = 60;

export class Room {
  /** @type {Occupancy | null} */
  #now = null;
  /** @type {Transcript | null} */
  #transcript = null;
  #visit = new AbortController();
  #states = element("div", { class: "room-state" });

  /**
   * @param {import("./app.js").App} app
   * @param {AbortSignal} signal
   * @param {{ label: string, messages: string, empty: string, changed?: () => void }} words of the field, and of a chat with no messages
   */
  constructor(app, signal, words) {
    this.#app = app;
    this.#signal = signal;
    this.#words = words;
    this.#drafts = Drafts.with(app.api);
    this.#drafts.answered.watch(() => this.#render(), signal);
    signal.addEventListener("abort", () => this.#composer.rest(), { once: true });
    this.#lookups = new Lookups(app.api, signal, () => this.#render());
    this.#list = new MessageList(words.messages, signal, {
      older: () => this.#load((transcript) => transcript.loadOlder()),
      newer: () => this.#load((transcript) => transcript.loadNewer()),
      toNewest: () => this.#toNewest(),
    });
    this.#composer = new Composer(app.api, words.label, {
      send: (text, files, answers) => this.#send(text, files, answers),
      edit: ({ message, part }, text) => this.#change(this.#side.edit(message, part, text)),
      typing: (started) => this.#tellTyping(started),
    });
    this.#typing = new TypingDots(signal);
    this.#menu = new MessageMenu({
      react: (message, part, tapback, remove) => this.attempt(this.#side.react(message, part, tapback, remove)),
      answer: (message, part) => this.#composer.answer({ message, part }),
      edit: (message, part) => this.#composer.edit({ message, part }),
      copy: (text, what) => this.#copy(text, what),
    });
    this.element = element(
      "div",
      { class: "room" },
      this.#states,
      this.#list.element,
      this.#typing.element,
      this.#composer.element,
      this.#menu.element,
    );
  }
  #app;
  #signal;
  #words;
  #drafts;
  #lookups;
  #list;
  #composer;
  #typing;
  #menu;

  /** Every message in the window, oldest first, also those that are not on this phone. */
  get messages() {
    return this.#transcript?.messages ?? [];
  }

  get #place() {
    return `${this.#now?.chat.id} ${this.#now?.self}`;
  }

  get #side() {
    if (!this.#now) throw new Error("no chat is open");
    return this.#now.side;
  }

  /**
   * Shows a chat, or how it is now if it is shown already.
   *
   * @param {Occupancy} now
   */
  async show(now) {
    const isSame = this.#now?.chat.id === now.chat.id && this.#now?.self === now.self;
    if (!isSame) this.#composer.rest();
    this.#now = now;
    this.#typing.enter(now.chat.id, now.self);
    this.#composer.show(this.#place, now.closed);
    if (isSame) {
      await this.#refresh();
      return;
    }
    this.#visit.abort();
    this.#visit = new AbortController();
    const visit = AbortSignal.any([this.#signal, this.#visit.signal]);
    const transcript = new Transcript(this.#app.api, now.chat.id, visit);
    this.#transcript = transcript;
    this.#list.reset();
    fill(this.#states, skeleton(6, "skeleton-message"));
    try {
      await transcript.open();
      this.#render();
      this.#list.fill();
      if (this.#now !== now) await this.#refresh(); // it has changed while it was read
    } catch (error) {
      if (visit.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      fill(this.#states, emptyState("The messages cannot be read", visible(error.message)));
    }
  }

  async #refresh() {
    const newest = this.#transcript?.newest?.id;
    await this.#load(async (transcript) => {
      await transcript.refresh(this.#list.isPinned);
      return true;
    });
    this.#announce(newest);
  }

  /** @param {string | undefined} known the newest message before */
  #announce(known) {
    const newest = this.#transcript?.newest;
    if (!this.#now?.side.isLine || !newest || newest.id === known || newest.is_from_me) return;
    const text = newest.parts[0]?.value ?? newest.parts[0]?.filename ?? "a poll";
    this.#app.announce(`${newest.from_handle.handle}: ${text.slice(0, 200)}`);
  }

  /** @param {(transcript: Transcript) => Promise<boolean>} change */
  async #load(change) {
    const transcript = this.#transcript;
    if (!transcript?.isOpen) return;
    try {
      if ((await change(transcript)) && transcript === this.#transcript) this.#render();
    } catch (error) {
      if (transcript !== this.#transcript || this.#signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      this.#composer.refuse(error);
    }
  }

  async #toNewest() {
    await this.#load(async (transcript) => {
      if (transcript.hasNewer) await transcript.open();
      return true;
    });
    this.#list.toEnd();
  }

  /** @param {string} id */
  async #jump(id) {
    for (let page = 0; page < PAGES_SOUGHT && !this.#transcript?.find(id) && this.#transcript?.hasOlder; page += 1) {
      await this.#load((transcript) => transcript.loadOlder());
    }
    if (this.#transcript?.find(id)) this.#list.reveal(id);
    else this.#app.announce("This message is too far back, or was deleted.");
  }

  #render() {
    const transcript = this.#transcript;
    const now = this.#now;
    if (!transcript?.isOpen || !now) return;
    const all = transcript.messages;
    const isOwn = (/** @type {Message} */ message) => now.side.is(message.from_handle);
    const rows = rowsOf({
      chat: now.chat,
      side: now.side,
      messages: all.filter((message) => now.side.sees(message)),
      isComplete: !transcript.hasOlder,
      drafts: transcript.hasNewer ? [] : this.#drafts.unsent(this.#place, all, isOwn),
      cards: now.cards ?? [],
      lookups: this.#lookups,
      actions: {
        api: this.#app.api,
        isSelf: (each) => each.handle === now.self,
        openMenu: (message, part, at) => {
          const own = message.parts[part]?.reactions?.find(
            (/** @type {any} */ each) => each.handle.handle === now.self,
          );
          this.#menu.open(message, part, isOwn(message), own, at);
        },
        removeReaction: (message, part, reaction) =>
          this.attempt(now.side.react(message, part, tapbackOf(reaction), true)),
        vote: (message, option, remove) => this.attempt(now.side.vote(message, option.option_id, remove)),
        jump: (id) => this.#jump(id),
      },
      draftActions: {
        retry: (draft) => this.#deliver(draft),
        edit: (draft) => {
          const target = draft.replyTo && transcript.find(draft.replyTo.message_id);
          this.#discard(draft);
          this.#composer.takeBack(draft, target ? { message: target, part: draft.replyTo?.part_index ?? 0 } : null);
        },
        discard: (draft) => {
          this.#discard(draft);
          this.#composer.focus();
        },
      },
    });
    fill(this.#states, rows.length === 0 && emptyState(this.#words.empty));
    this.#list.show(rows, transcript.hasNewer);
    this.#words.changed?.();
  }

  /**
   * @param {string} text
   * @param {File[]} files
   * @param {import("./composer.js").Target | null} answers
   */
  async #send(text, files, answers) {
    const draft = new Draft(
      this.#side,
      text,
      files,
      answers ? { message_id: answers.message.id, part_index: answers.part } : undefined,
      this.#transcript?.newest?.id,
    );
    this.#drafts.add(this.#place, draft);
    await Promise.all([this.#deliver(draft), this.#transcript?.hasNewer && this.#toNewest()]);
  }

  /** @param {Draft} draft */
  async #deliver(draft) {
    const place = this.#place;
    const sending = draft.send(this.#app.api, this.#app.signal);
    this.#render();
    this.#list.toEnd();
    await sending;
    this.#drafts.answered.set(this.#drafts.answered.get() + 1);
    if (place !== this.#place || this.#signal.aborted) return;
    if (draft.refusal || draft.isGone) this.#list.toEnd();
    else await this.#refresh();
  }

  /** @param {Draft} draft */
  #discard(draft) {
    this.#drafts.remove(this.#place, draft);
    this.#render();
  }

  /** @param {Promise<unknown>} doing */
  async #change(doing) {
    await doing;
    await this.#refresh();
  }

  /** @param {Promise<unknown>} doing something that changes messages; if it is refused, that is shown */
  async attempt(doing) {
    const place = this.#place;
    this.#composer.refuse(null);
    try {
      await this.#change(doing);
    } catch (error) {
      if (place === this.#place && !this.#signal.aborted) this.#composer.refuse(error);
    }
  }

  /**
   * @param {string} text
   * @param {string} what
   */
  async #copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      this.#app.announce(`${what} copied.`);
    } catch {
      this.#app.announce("The browser does not allow copying.");
    }
  }

  /** @param {boolean} started */
  #tellTyping(started) {
    if (!this.#now || this.#now.closed) return;
    this.#typing.tell(started);
    this.#now.side.type(started).catch(() => {}); // it is not worth a sentence
  }
}

/** @param {Record<string, any>} reaction */
function tapbackOf({ type, custom_emoji }) {
  return custom_emoji === null ? { type } : { type, custom_emoji };
}
