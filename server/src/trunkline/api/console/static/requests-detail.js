/** One request of the journal: what was asked, what was answered, and how to ask it again. */

import { codeBlock, headerLines, pretty } from "./code.js";
import { curl, python, worthRepeating } from "./curl.js";
import { element } from "./dom.js";
import { duration, momentOf, size } from "./format.js";
import { copyButton, isolated } from "./parts.js";
import { address } from "./router.js";

/** @typedef {{ text: string, size_bytes: number | null, is_cut: boolean }} Body */

const CHAT = /^\/v3\/chats\/([^/]+)/;

/** @type {Record<string, string>} */
const OMITTED = {
  file: "The bytes of a file are not recorded.",
  deleted_message: "The body was removed, because a message in it has been deleted.",
};

/**
 * @param {Record<string, any>} request as the API has it
 * @param {URL} base the service
 */
export function requestDetail(request, base) {
  const path = request.query ? `${request.path}?${request.query}` : request.path;
  const answer = parsed(request.response.body);
  const chat = chatOf(request, answer);
  const sent = {
    method: request.method,
    url: new URL(`./${path.slice(1)}`, base),
    headers: worthRepeating(request.request.headers),
    body: request.request.body?.text ?? null,
  };
  const isWhole = !request.request.body?.is_cut && request.request.omitted === null;
  return element(
    "article",
    { class: "detail" },
    element("h1", { class: "route" }, `${request.method} ${path}`),
    element(
      "p",
      { class: "facts" },
      statusBadge(request.status, request.error_code),
      element("span", { class: "secondary" }, `${duration(request.duration_ms)} · ${momentOf(request.received_at)}`),
    ),
    answer?.error && failure(answer.error),
    element(
      "dl",
      { class: "facts-list" },
      ...fact("Trace id", element("code", {}, request.trace_id), copyButton("Copy the trace id", request.trace_id)),
      ...(request.user_agent ? fact("Client", request.user_agent) : []),
      ...(request.idempotency_key ? fact("Idempotency key", element("code", {}, request.idempotency_key)) : []),
      ...(chat === null ? [] : fact("Chat", element("a", { href: address("chats", [chat]) }, "Open the chat"))),
    ),
    bodyPart("Request body", request.request),
    bodyPart("Response body", request.response),
    isWhole && codeBlock("As curl", curl(sent)),
    isWhole && codeBlock("As Python", python(sent, base)),
    !isWhole && element("p", { class: "secondary" }, "The body is not complete here, so it cannot be sent again."),
    codeBlock("Request headers", headerLines(Object.entries(request.request.headers))),
    codeBlock("Response headers", headerLines(Object.entries(request.response.headers))),
  );
}

/**
 * A status, and the code of the error if it is one.
 *
 * @param {number} status
 * @param {number | null} code
 */
export function statusBadge(status, code) {
  const kind = status >= 500 ? "critical" : status >= 400 ? "at-risk" : "secondary";
  return element("span", { class: `http-status ${kind}` }, String(status), code !== null && ` · ${code}`);
}

/** @param {{ message: string, doc_url?: string, code?: number }} error */
function failure({ message, doc_url, code }) {
  return element(
    "p",
    { class: "refusal" },
    isolated(String(message)),
    doc_url && " ",
    doc_url && element("a", { href: doc_url, rel: "noreferrer" }, `Error ${code}`),
  );
}

/**
 * @param {string} name
 * @param {{ body: Body | null, omitted: string | null }} part
 */
function bodyPart(name, { body, omitted }) {
  if (omitted !== null) return element("p", { class: "secondary" }, `${name}: ${OMITTED[omitted] ?? omitted}`);
  return body === null ? null : bodyBlock(name, body);
}

/**
 * A body, which may be only the beginning of what was sent. It is copied as it was sent, as a signature needs it.
 *
 * @param {string} name
 * @param {Body} body
 */
export function bodyBlock(name, { text, size_bytes, is_cut }) {
  const whole = size_bytes === null ? "" : ` of ${size(size_bytes)}`;
  return codeBlock(is_cut ? `${name}, the beginning${whole}` : name, pretty(text), text);
}

/**
 * @param {string} name
 * @param {...import("./dom.js").Child} content
 */
export function fact(name, ...content) {
  return [element("dt", {}, name), element("dd", {}, ...content)];
}

/**
 * The chat that a request was about, if its path or its answer says so.
 *
 * @param {Record<string, any>} request
 * @param {any} answer
 * @returns {string | null}
 */
function chatOf(request, answer) {
  const [, named] = CHAT.exec(request.path) ?? [];
  const found = named ?? answer?.chat?.id ?? answer?.chat_id;
  return typeof found === "string" && found !== "" && !(named && request.status === 404) ? found : null;
}

/** @param {Body | null} body */
function parsed(body) {
  try {
    return body === null ? null : JSON.parse(body.text);
  } catch {
    return null;
  }
}
