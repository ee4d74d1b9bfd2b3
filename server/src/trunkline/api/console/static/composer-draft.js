/** A message that is being sent, or was refused. It is sent once, however often it is tried. */

import { ApiError, AwayError, envelopeOf } from "./api.js";
import { element, icon } from "./dom.js";
import { size, visible } from "./format.js";
import { textOf } from "./message-text.js";
import { refusal } from "./parts.js";
import { Value } from "./store.js";

const OPTED_OUT = 2024;
const TYPES = new Map([
  ["m4a", "audio/x-m4a"],
  ["caf", "audio/x-caf"],
  ["md", "text/markdown"],
  ["vcf", "text/vcard"],
]);
const DROPPED = "Dropped: the sender is blocked, or the line has left the chat.";

/** @typedef {{ message_id: string, part_index: number }} ReplyTo */

/** A file was moved, changed or deleted since it was chosen. */
class UnreadableError extends Error {
  /** @param {string} name of the file */
  constructor(name) {
    super(`The file ${name} cannot be read any more. Add it again.`);
  }
}

export class Draft {
  /** Why it was not sent. @type {ApiError | UnreadableError | null} */
  refusal = null;
  /** The id of the message, once there is one. @type {string | null} */
  messageId = null;
  isGone = false;
  anyway = false;
  key = randomKey();
  /** @type {Map<File, string>} */
  #attachments = new Map();

  /**
   * @param {import("./conversation-side.js").Side} side who sends it, and where
   * @param {string} text
   * @param {File[]} files
   * @param {ReplyTo | undefined} replyTo
   * @param {string | undefined} after the id of the newest message when it was written
   */
  constructor(side, text, files, replyTo, after) {
    this.side = side;
    this.text = text;
    this.files = files;
    this.replyTo = replyTo;
    this.after = after;
  }

  /**
   * Whether a message is probably this one, while the answer to its sending is still to come.
   *
   * @param {Record<string, any>} message of the same sender, newer than `after`
   */
  resembles(message) {
    const of = (/** @type {string} */ type) => message.parts.filter((/** @type {any} */ part) => part.type === type);
    return (of("text")[0]?.value ?? "") === this.text && of("media").length === this.files.length;
  }

  get signature() {
    return `${this.refusal?.message ?? ""}\n${this.isGone}`;
  }

  /**
   * Sends it, again and again while the service is away. A refusal is kept with it.
   *
   * @param {import("./api.js").Api} api
   * @param {AbortSignal} signal
   */
  async send(api, signal) {
    this.refusal = null;
    try {
      await api.persist(async () => {
        const files = [];
        for (const file of this.files)
          files.push({ type: "media", attachment_id: await this.#attach(api, file, signal) });
        const text = this.text === "" ? [] : [{ type: "text", value: this.text }];
        const content = { parts: [...files, ...text], reply_to: this.replyTo, idempotency_key: this.key };
        this.messageId = await this.side.send(content, this.anyway);
        this.isGone = this.messageId === null;
      }, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError || error instanceof UnreadableError)) throw error;
      this.refusal = error;
    }
  }

  /**
   * @param {import("./api.js").Api} api
   * @param {File} file
   * @param {AbortSignal} signal
   */
  async #attach(api, file, signal) {
    const known = this.#attachments.get(file);
    if (known) return known;
    await file
      .slice(0, 1)
      .arrayBuffer()
      .catch(() => {
        throw new UnreadableError(file.name);
      });
    const described = { filename: file.name, content_type: typeOf(file), size_bytes: file.size };
    const upload = await api.post("v3/attachments", described, signal);
    const given = new URL(upload.upload_url);
    const url = new URL(`files/${encodeURIComponent(upload.attachment_id)}${given.search}`, api.base);
    const headers = { "content-type": upload.required_headers["Content-Type"] };
    const response = await fetch(url, { method: "PUT", body: file, headers, credentials: "omit", signal }).catch(
      (error) => {
        throw signal.aborted ? error : new AwayError();
      },
    );
    if (!response.ok) throw new ApiError(response.status, envelopeOf(await response.text().catch(() => "")), false);
    this.#attachments.set(file, upload.attachment_id);
    return upload.attachment_id;
  }
}

/** The drafts of every place where something is written. They outlive the views that show them. */
export class Drafts {
  /** @type {WeakMap<import("./api.js").Api, Drafts>} */
  static #all = new WeakMap();
  /** @type {Map<string, Draft[]>} */
  #of = new Map();
  /** Grows when a draft has been sent or refused. */
  answered = new Value(0);

  /**
   * The drafts that are sent with a key.
   *
   * @param {import("./api.js").Api} api
   */
  static with(api) {
    const drafts = Drafts.#all.get(api) ?? new Drafts();
    Drafts.#all.set(api, drafts);
    return drafts;
  }

  /**
   * The drafts of a place that are not among its messages yet. The list can have a message before its sending is
   * answered: such a draft is not shown, either.
   *
   * @param {string} place
   * @param {Record<string, any>[]} messages oldest first
   * @param {(message: Record<string, any>) => boolean} isOwn
   */
  unsent(place, messages, isOwn) {
    const ids = new Map(messages.map((each, index) => [each.id, index]));
    const all = this.#of.get(place) ?? [];
    const left = all.filter(({ messageId }) => messageId === null || !ids.has(messageId));
    this.#of.set(place, left);
    const taken = new Set(all.map(({ messageId }) => messageId));
    return left.filter((draft) => {
      if (draft.messageId !== null || draft.refusal || draft.isGone) return true;
      const newer = messages.slice((ids.get(draft.after ?? "") ?? -1) + 1);
      const found = newer.find((each) => isOwn(each) && !taken.has(each.id) && draft.resembles(each));
      if (found) taken.add(found.id);
      return !found;
    });
  }

  /**
   * @param {string} place
   * @param {Draft} draft
   */
  add(place, draft) {
    this.#of.set(place, [...(this.#of.get(place) ?? []), draft]);
  }

  /**
   * @param {string} place
   * @param {Draft} draft
   */
  remove(place, draft) {
    this.#of.set(
      place,
      (this.#of.get(place) ?? []).filter((each) => each !== draft),
    );
  }
}

/** @param {File} file */
function typeOf(file) {
  const extension = file.name.split(".").at(-1)?.toLowerCase() ?? "";
  return TYPES.get(extension) ?? (file.type || "text/plain");
}

/** 128 random bits, also where the page has no secure context, which `crypto.randomUUID` needs. */
function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @typedef {object} DraftActions
 * @property {(draft: Draft) => void} retry
 * @property {(draft: Draft) => void} edit
 * @property {(draft: Draft) => void} discard
 */

/**
 * @param {Draft} draft
 * @param {string} service
 * @param {DraftActions} actions
 */
export function draftRow(draft, service, actions) {
  const file = (/** @type {File} */ each) =>
    element(
      "div",
      { class: "file-card" },
      icon("file"),
      element(
        "span",
        { class: "file-card-text" },
        element("b", { dir: "auto" }, visible(each.name)),
        element("span", {}, size(each.size)),
      ),
    );
  const bubble = (/** @type {HTMLElement} */ child) =>
    element("div", { class: "bubble-row" }, element("div", { class: "bubble" }, child));
  const failed = draft.refusal || draft.isGone;
  return element(
    "li",
    {
      class: `message own begins ends draft${failed ? " failed" : ""}`,
      data: { key: draft.key, service },
      tabIndex: -1,
    },
    element("p", { class: "visually-hidden" }, "You"),
    ...draft.files.map((each) => bubble(file(each))),
    draft.text !== "" && bubble(textOf({ value: draft.text })),
    failed ? refusalOf(draft, actions) : element("div", { class: "meta" }, "Sending …"),
  );
}

/**
 * @param {Draft} draft
 * @param {DraftActions} actions
 */
function refusalOf(draft, actions) {
  const button = (/** @type {string} */ name, /** @type {(draft: Draft) => void} */ act) =>
    element("button", { type: "button", on: { click: () => act(draft) } }, name);
  const sendAnyway = () => {
    draft.anyway = true;
    actions.retry(draft);
  };
  const isOptedOut = draft.refusal instanceof ApiError && draft.refusal.code === OPTED_OUT;
  return element(
    "div",
    { class: "refused" },
    draft.refusal ? refusal(draft.refusal) : element("p", { class: "refusal", role: "alert" }, DROPPED),
    isOptedOut && element("p", { class: "secondary" }, "You can send this one message anyway. The opt-out stays."),
    element(
      "div",
      { class: "buttons" },
      isOptedOut && button("Send anyway", sendAnyway),
      button("Edit", actions.edit),
      button("Try again", actions.retry),
      button("Discard", actions.discard),
    ),
  );
}
