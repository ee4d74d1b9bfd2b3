/** A request as a command that can be run: of curl, or of the Python SDK. The key is a variable, as in the reference. */

/**
 * @typedef {object} Sent
 * @property {string} method
 * @property {URL} url
 * @property {Record<string, string>} headers those that change the response, without the key
 * @property {string | null} body
 */

const KEY = "LINQ_API_V3_API_KEY";

/** The headers of a recorded request that are worth repeating. */
const REPEATED = ["content-type", "idempotency-key", "if-none-match"];

/**
 * The headers that change the response.
 *
 * @param {Record<string, string>} headers
 */
export function worthRepeating(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => REPEATED.includes(name.toLowerCase())));
}

/**
 * A command for any shell of POSIX.
 *
 * @param {Sent} sent
 */
export function curl({ method, url, headers, body }) {
  const words = [`curl --request ${method} ${quote(url.href)}`];
  if (/[[\]{}]/.test(url.href)) words.push("--globoff"); // curl reads brackets in a URL as a range
  words.push(`--header "Authorization: Bearer $${KEY}"`);
  for (const [name, value] of Object.entries(headers)) words.push(`--header ${quote(`${name}: ${value}`)}`);
  if (body !== null) words.push(`--data-raw ${quote(body)}`);
  return words.join(" \\\n  ");
}

/**
 * A program with the SDK. Its client has a method for every HTTP method, so that any path works.
 *
 * @param {Sent} sent
 * @param {URL} base the service
 */
export function python({ method, url, headers, body }, base) {
  const path = `/${url.href.slice(base.href.length).split(/[?#]/, 1)[0]}`;
  const { "content-type": type, ...others } = headers;
  const given = [`    ${literal(path)},`, "    cast_to=httpx2.Response,"];
  const json = parsed(body);
  if (json !== undefined) given.push(`    body=${literal(json, "    ")},`);
  else if (body !== null) given.push(`    content=${literal(body)}.encode(),`);
  if (json === undefined && type) others["content-type"] = type;
  /** @type {Record<string, unknown>} */
  const options = {};
  if (url.search) options.params = parameters(url.searchParams);
  if (Object.keys(others).length > 0) options.headers = others;
  if (Object.keys(options).length > 0) given.push(`    options=${literal(options, "    ")},`);
  return [
    "import httpx2",
    "from linq import LinqAPIV3",
    "",
    `client = LinqAPIV3(base_url=${literal(base.href.replace(/\/$/, ""))})  # the key comes from ${KEY}`,
    `response = client.${method.toLowerCase()}(`,
    ...given,
    ")",
    "print(response.status_code, response.text)",
  ].join("\n");
}

/** @param {string} text */
function quote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** @param {URLSearchParams} query */
function parameters(query) {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

/**
 * The JSON of a body; undefined if it is none.
 *
 * @param {string | null} body
 */
function parsed(body) {
  try {
    return body === null ? undefined : JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * A value of JSON as Python writes it.
 *
 * @param {unknown} value
 * @param {string} indent
 * @returns {string}
 */
function literal(value, indent = "") {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const deeper = `${indent}    `;
  const items = Array.isArray(value)
    ? value.map((each) => literal(each, deeper))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${literal(each, deeper)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (items.length === 0) return open + close;
  return [open, ...items.map((item) => `${deeper}${item},`), `${indent}${close}`].join("\n");
}
