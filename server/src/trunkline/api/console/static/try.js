/** "Try it" on the API reference: a form for every operation, made from the OpenAPI document when it is opened. */

import { codeBlock, headerLines, pretty } from "./code.js";
import { curl } from "./curl.js";
import { element, fill, loadIcons } from "./dom.js";
import { keep, storedKey } from "./key.js";

const LONGEST = 100_000; // characters of a response that are shown

/** @typedef {Record<string, any>} Described a part of the OpenAPI document */

const base = new URL("./", location.href.split("#")[0]);

/** @type {Promise<Described> | null} */
let loading = null;

loadIcons();
for (const article of document.querySelectorAll("article[data-try]")) {
  const [method, path] = /** @type {HTMLElement} */ (article).dataset.try?.split(" ") ?? [];
  article.querySelector(".route")?.after(place(method, path));
}

/**
 * @param {string} method
 * @param {string} path
 */
function place(method, path) {
  const content = element("div", { role: "status" });
  const made = element("details", { class: "try" }, element("summary", {}, "Try it"), content);
  const open = async () => {
    fill(content, "Loading …");
    try {
      loading ??= openApi();
      const document = await loading;
      made.replaceChild(form(method, path, document.paths[path][method.toLowerCase()]), content);
    } catch {
      loading = null;
      fill(content, "The service does not answer. Close this and open it again to try once more.");
      made.addEventListener("toggle", open, { once: true });
    }
  };
  made.addEventListener("toggle", open, { once: true });
  return made;
}

/** @returns {Promise<Described>} */
async function openApi() {
  const response = await fetch(new URL("openapi.json", base));
  if (!response.ok) throw new Error(`the OpenAPI document was answered with status ${response.status}`);
  return response.json();
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Described} operation
 */
function form(method, path, operation) {
  const isKeyed = operation.security !== undefined;
  const key = element("input", { type: "password", required: true, autocomplete: "off", value: storedKey() ?? "" });
  const parameters = (operation.parameters ?? []).map((/** @type {Described} */ each) => ({
    ...each,
    field: parameterField(each),
  }));
  const body = bodyField(operation.requestBody?.content["application/json"]);
  const command = element("div");
  const status = element("p", { role: "status" });
  const result = element("div", { class: "result" });

  const sent = () => {
    const filled = parameters.filter((/** @type {Described} */ each) => each.field.value !== "");
    const inside = (/** @type {string} */ place) => filled.filter((/** @type {Described} */ each) => each.in === place);
    let target = path.slice(1);
    for (const each of inside("path")) target = target.replace(`{${each.name}}`, encodeURIComponent(each.field.value));
    const url = new URL(target, base);
    for (const each of inside("query")) url.searchParams.set(each.name, each.field.value);
    /** @type {Record<string, string>} */
    const headers = {};
    for (const each of inside("header")) headers[each.name] = each.field.value;
    if (body) headers["Content-Type"] = "application/json";
    return { method, url, headers, body: body?.value ?? null };
  };
  const showCommand = () => fill(command, codeBlock("curl", curl(sent())));
  const send = element("button", { type: "submit" }, "Send");
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const { url, headers, body } = sent();
    if (isKeyed) {
      keep(key.value.trim());
      headers.Authorization = `Bearer ${key.value.trim()}`;
    }
    send.disabled = true;
    const { line, blocks } = await answer(url, { method, headers, body });
    fill(status, ...line);
    fill(result, ...blocks);
    send.disabled = false;
    send.focus();
  };
  showCommand();
  return element(
    "form",
    { on: { submit, input: showCommand } },
    isKeyed && labelled("API key", key, "It stays in this tab, which the console shares."),
    ...parameters.map((/** @type {Described} */ each) => labelled(each.name, each.field, notes(each))),
    body && labelled("Body", body, ""),
    element("p", {}, send),
    command,
    status,
    result,
  );
}

/**
 * Sends a request, and shows the response.
 *
 * @param {URL} url
 * @param {RequestInit} options
 * @returns {Promise<{ line: import("./dom.js").Child[], blocks: Node[] }>} its status in a line, and the rest of it
 */
async function answer(url, options) {
  const began = performance.now();
  let request;
  try {
    request = new Request(url, { ...options, cache: "no-store", credentials: "omit" });
  } catch (error) {
    return { line: [`The browser cannot send this. ${error instanceof Error ? error.message : ""}`], blocks: [] };
  }
  let response;
  let text;
  try {
    response = await fetch(request);
    text = await response.text();
  } catch {
    return { line: ["The service does not answer."], blocks: [] };
  }
  const took = Math.round(performance.now() - began);
  const trace = response.headers.get("x-trace-id");
  const whole = pretty(text);
  return {
    line: [
      element("strong", {}, `${response.status} ${response.statusText}`.trim()),
      ` in ${took} ms`,
      trace && ". ",
      trace && element("a", { href: `console#/requests/${trace}` }, "Open it in the console"),
    ],
    blocks: [
      codeBlock("Headers", headerLines(response.headers)),
      ...(text === "" ? [] : [codeBlock("Body", whole.slice(0, LONGEST))]),
      ...(whole.length > LONGEST ? [element("p", {}, `These are the first ${LONGEST} characters.`)] : []),
    ],
  };
}

/** @param {Described} parameter */
function parameterField({ schema, required, in: place }) {
  const isRequired = required || place === "path";
  const { enum: values } = schema;
  if (!values) return element("input", { required: isRequired, autocomplete: "off", spellcheck: false });
  return element(
    "select",
    { required: isRequired },
    element("option", { value: "" }, ""),
    ...values.map((/** @type {string} */ value) => element("option", {}, value)),
  );
}

/** @param {Described} parameter */
function notes({ schema, required }) {
  const example = schema.examples?.[0] ?? schema.items?.enum?.join(",");
  return [required && "required", example !== undefined && `such as ${example}`].filter(Boolean).join(", ");
}

/** @param {Described | undefined} media */
function bodyField(media) {
  if (!media) return null;
  const text = JSON.stringify(media.example ?? {}, null, 2);
  return element("textarea", { value: text, rows: Math.min(text.split("\n").length + 1, 24), spellcheck: false });
}

/**
 * @param {string} name
 * @param {HTMLElement} field
 * @param {string} note
 */
function labelled(name, field, note) {
  return element("label", {}, element("span", {}, name, note && element("small", {}, ` ${note}`)), field);
}
