/** Where a message is written: text, files, what it answers, or the new text of an earlier one. */

import { ApiError } from "./api.js";
import { TypingDetector } from "./conversation-typing.js";
import { element, fill, icon, iconButton } from "./dom.js";
import { size, visible } from "./format.js";
import { summaryOf } from "./message.js";
import { refusal } from "./parts.js";

/** @typedef {import("./conversation-messages.js").Message} Message */
/** @typedef {{ message: Message, part: number }} Target */
/** @typedef {{ text: string, files: File[], answers: Target | null, edits: Target | null, before?: Written }} Written `before` an edit */

/** @returns {Written} */
const nothing = () => ({ text: "", files: [], answers: null, edits: null });

export class Composer {
  #field;
  #context = element("div", { class: "context", hidden: true });
  #files = element("ul", { class: "files", hidden: true });
  #notice = element("div", { class: "notice" });
  #picker = element("input", { type: "file", multiple: true, hidden: true, tabIndex: -1, "aria-hidden": "true" });
  #written = nothing();
  /** What is written with a key, by place. It outlives the view. @type {WeakMap<import("./api.js").Api, Map<string, Written>>} */
  static #all = new WeakMap();
  /** @type {Map<string, Written>} */
  #kept;
  #place = "";
  /** The edit that is being made. @type {Written | null} */
  #underway = null;
  #typing;

  /**
   * @param {import("./api.js").Api} api
   * @param {string} label of the field: to whom the message goes
   * @param {object} on
   * @param {(text: string, files: File[], answers: Target | null) => void} on.send
   * @param {(target: Target, text: string) => Promise<unknown>} on.edit
   * @param {(started: boolean) => void} on.typing
   */
  constructor(api, label, on) {
    this.#on = on;
    this.#kept = Composer.#all.get(api) ?? new Map();
    Composer.#all.set(api, this.#kept);
    this.#typing = new TypingDetector(on.typing);
    this.#field = element("textarea", {
      rows: 1,
      dir: "auto",
      placeholder: label,
      "aria-label": label,
      maxLength: 20000,
    });
    this.#field.addEventListener("input", () => this.#wrote());
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.addEventListener("blur", () => this.#typing.end());
    this.#field.addEventListener("paste", (event) => this.#take(event.clipboardData?.files, event));
    this.#picker.addEventListener("change", () => {
      this.#take(this.#picker.files);
      this.#picker.value = "";
      this.focus();
    });
    const submit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.#submit();
    };
    const drop = (/** @type {DragEvent} */ event) => this.#take(event.dataTransfer?.files, event);
    this.#form = element(
      "form",
      { class: "composer", on: { submit, drop, dragover: (event) => event.preventDefault() } },
      this.#notice,
      this.#context,
      this.#files,
      element(
        "div",
        { class: "entry" },
        iconButton("attach", "Add files", () => this.#picker.click()),
        this.#picker,
        this.#field,
        element("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" }, icon("send")),
      ),
    );
    this.#closed = element("p", { class: "closed", hidden: true });
    this.element = element("div", { class: "composer-box" }, this.#form, this.#closed);
  }
  #on;
  #form;
  #closed;

  /** Nobody types here any longer. */
  rest() {
    this.#typing.end();
  }

  focus() {
    this.#field.focus();
  }

  /**
   * @param {string} place where it is written: the chat, and the participant who writes
   * @param {Node | string | null} closed why nothing can be written; null if it can
   */
  show(place, closed) {
    this.#form.hidden = closed !== null;
    this.#closed.hidden = closed === null;
    fill(this.#closed, closed);
    if (place === this.#place) return;
    this.#place = place;
    this.refuse(null);
    this.#write(this.#kept.get(place) ?? nothing());
  }

  /** @param {Target} target */
  answer(target) {
    this.#write({ ...this.#written, answers: target, edits: null });
    this.focus();
  }

  /** @param {Target} target */
  edit(target) {
    const before = this.#written.edits ? this.#written.before : this.#written;
    this.#write({ text: target.message.parts[target.part].value, files: [], answers: null, edits: target, before });
    this.focus();
  }

  /**
   * Puts back what was not sent.
   *
   * @param {import("./composer-draft.js").Draft} draft
   * @param {Target | null} answers
   */
  takeBack(draft, answers) {
    const { text, files } = this.#written.edits ? (this.#written.before ?? nothing()) : this.#written;
    const both = [draft.text, text].filter(Boolean).join("\n");
    this.#write({ text: both, files: [...draft.files, ...files], answers, edits: null });
    this.focus();
  }

  /** @param {unknown} error what the API said to something other than a send; null: nothing */
  refuse(error) {
    fill(this.#notice, error instanceof ApiError && refusal(error));
    if (error && !(error instanceof ApiError)) fill(this.#notice, "The service does not answer. Try again.");
  }

  #wrote() {
    this.#written.text = this.#field.value;
    if (!this.#written.edits && this.#field.value !== "") this.#typing.key();
    else this.#typing.end();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && (this.#written.answers || this.#written.edits)) {
      event.stopPropagation();
      this.#cancel();
    }
  }

  async #submit() {
    const written = this.#written;
    const place = this.#place;
    const { text, files, answers, edits, before } = written;
    if ((text.trim() === "" && files.length === 0) || written === this.#underway) return;
    this.#typing.end();
    this.refuse(null);
    if (!edits) {
      this.#write(nothing());
      this.#on.send(text, files, answers);
      return;
    }
    this.#underway = written;
    try {
      await this.#on.edit(edits, text);
      if (this.#written === written) this.#write(before ?? nothing());
      else if (this.#kept.get(place) === written) this.#kept.set(place, before ?? nothing());
    } catch (error) {
      if (place === this.#place) this.refuse(error);
    }
    this.#underway = null;
  }

  /**
   * @param {FileList | null | undefined} files
   * @param {Event} [event] that brought them
   */
  #take(files, event) {
    if (!files?.length || this.#written.edits) return;
    event?.preventDefault();
    this.#write({ ...this.#written, files: [...this.#written.files, ...files] });
  }

  #cancel() {
    const { edits, text, files, before } = this.#written;
    this.#write(edits ? (before ?? nothing()) : { text, files, answers: null, edits: null });
    this.focus();
  }

  /** @param {Written} written */
  #write(written) {
    this.#written = written;
    this.#kept.set(this.#place, written);
    const { text, files, answers, edits } = written;
    this.#field.value = text;
    const target = edits ?? answers;
    this.#context.hidden = !target;
    if (target) {
      const what = edits ? "Editing" : "Answering";
      fill(
        this.#context,
        icon(edits ? "edit" : "reply"),
        element("span", { dir: "auto" }, `${what}: ${summaryOf(target.message)}`),
        iconButton("close", "Cancel (Escape)", () => this.#cancel()),
      );
    }
    this.#files.hidden = files.length === 0;
    fill(this.#files, ...files.map((file) => this.#fileItem(file)));
  }

  /** @param {File} file */
  #fileItem(file) {
    const remove = () => {
      this.#write({ ...this.#written, files: this.#written.files.filter((each) => each !== file) });
      this.focus();
    };
    return element(
      "li",
      {},
      icon("file"),
      element("span", { dir: "auto" }, visible(file.name)),
      element("span", { class: "secondary" }, size(file.size)),
      iconButton("close", `Remove ${visible(file.name)}`, remove),
    );
  }
}
