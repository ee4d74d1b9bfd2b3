/** The files and links of a message. */

import { element, icon } from "./dom.js";
import { size, visible } from "./format.js";
import { outward } from "./message-text.js";

const PICTURES = new Set(["image/jpeg", "image/png", "image/gif", "image/bmp"]);

/**
 * A picture, a player, or a file to download. What is not at this service is a link: the page loads nothing from
 * elsewhere.
 *
 * @param {import("./api.js").Api} api
 * @param {Record<string, any>} part a media part
 * @returns {HTMLElement}
 */
export function fileOf(api, part) {
  const url = ownUrl(api, part);
  if (url === null) return download(part, outward(part.url), "At another address");
  const link = { href: url, download: part.filename };
  if (PICTURES.has(part.mime_type)) return picture(part, url, link);
  if (part.mime_type.startsWith("audio/")) return player("audio", part, url, link);
  if (part.mime_type.startsWith("video/")) return player("video", part, url, link);
  return download(part, link, null);
}

/**
 * The URL of a file of this service, at the address at which the page has reached it; null for any other file.
 *
 * @param {import("./api.js").Api} api
 * @param {Record<string, any>} part a media part
 */
export function ownUrl(api, { id, url }) {
  const found = URL.canParse(url) ? new URL(url) : null;
  const isOwn = found?.pathname.endsWith(`/files/${id}`) && found.searchParams.has("signature");
  return found && isOwn ? new URL(`files/${encodeURIComponent(id)}${found.search}`, api.base).href : null;
}

/**
 * @param {Record<string, any>} part a link part
 * @returns {HTMLElement}
 */
export function linkOf(part) {
  const host = URL.canParse(part.value) ? new URL(part.value).host : "";
  return element(
    "a",
    { class: "file-card", ...outward(part.value) },
    icon("link"),
    element(
      "span",
      { class: "file-card-text" },
      element("b", { dir: "auto" }, host || "Link"),
      element("span", {}, visible(part.value)),
    ),
  );
}

/**
 * @param {Record<string, any>} part
 * @param {string} src
 * @param {import("./message-text.js").Outward} link
 */
function picture(part, src, link) {
  const image = element("img", { src, alt: `Picture ${visible(part.filename)}`, loading: "lazy", decoding: "async" });
  const box = element("a", { class: "picture", title: `Download ${visible(part.filename)}`, ...link }, image);
  image.addEventListener("error", () => box.replaceWith(download(part, link, "Cannot be shown")), { once: true });
  return box;
}

/**
 * @param {"audio" | "video"} tag
 * @param {Record<string, any>} part
 * @param {string} src
 * @param {import("./message-text.js").Outward} link
 */
function player(tag, part, src, link) {
  const name = visible(part.filename);
  // The link below downloads it, and a phone has no room for a menu.
  const only = "nodownload noplaybackrate";
  const media = element(tag, { src, controls: true, controlsList: only, preload: "none", "aria-label": name });
  return element("div", { class: "player" }, media, download(part, link, null));
}

/**
 * @param {Record<string, any>} part
 * @param {import("./message-text.js").Outward} link
 * @param {string | null} note
 */
function download(part, link, note) {
  const described = [note, part.size_bytes ? size(part.size_bytes) : null].filter(Boolean).join(" · ");
  return element(
    "a",
    { class: "file-card", ...link },
    icon("file"),
    element(
      "span",
      { class: "file-card-text" },
      element("b", { dir: "auto" }, visible(part.filename || "File")),
      element("span", {}, described || part.mime_type),
    ),
  );
}
