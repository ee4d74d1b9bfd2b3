/** The address of what is open, in the fragment: `#/chats/{id}?health=AT_RISK`. It can be bookmarked. */

/**
 * @typedef {object} Place
 * @property {string} view the first segment of the path
 * @property {string[]} path the segments after it, decoded
 * @property {URLSearchParams} query
 */

/**
 * @param {string} hash
 * @returns {Place}
 */
export function parse(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [view, ...rest] = path.split("/").filter(Boolean).map(decode);
  return { view: view ?? "chats", path: rest, query: new URLSearchParams(query) };
}

/**
 * @param {string} view
 * @param {string[]} [path]
 * @param {URLSearchParams} [query]
 */
export function address(view, path = [], query = new URLSearchParams()) {
  const text = query.toString();
  return `#/${[view, ...path].map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`;
}

/**
 * A part of an address, decoded; as it is if it cannot be.
 *
 * @param {string} text
 */
export function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
