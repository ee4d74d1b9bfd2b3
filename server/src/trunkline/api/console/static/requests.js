/** Requests: what came in, from the journal of the API. */

import { ApiError, pause } from "./api.js";
import { element } from "./dom.js";
import { Feed } from "./feed.js";
import { duration, logTime, momentOf } from "./format.js";
import { emptyState, refusal, skeleton } from "./parts.js";
import { requestDetail, statusBadge } from "./requests-detail.js";
import { openRequestFilters } from "./requests-filters.js";
import { address } from "./router.js";
import { splitView } from "./split.js";

const LATE = 600; // ms after which a request is in the journal

/** @type {import("./app.js").OpenView} */
export function openRequests(app, signal) {
  let query = new URLSearchParams();
  let isNew = true;
  let isRecording = true;
  /** @type {string | null} */
  let opened = null;

  const off = element(
    "p",
    { class: "banner", hidden: true },
    "The journal is off: new requests are not recorded. The operator of the service turns it on with ",
    element("code", {}, "TRUNKLINE_REQUEST_JOURNAL=on"),
    ".",
  );
  const filters = openRequestFilters((changed, replaces) => {
    const there = address("requests", opened === null ? [] : [opened], changed);
    if (replaces) location.replace(there);
    else location.hash = there;
  });
  const feed = new Feed(app.api, signal, {
    name: "Requests",
    noun: "request",
    id: (item) => item.id,
    row: (item) => row(item, query),
    empty: () => (query.size > 0 ? noMatches() : noRequests(isRecording)),
    async read(cursor, reading) {
      const given = Object.fromEntries(query);
      const answer = await app.api.get("admin/requests", { ...given, limit: 50, cursor }, reading);
      isRecording = answer.is_recording;
      off.hidden = isRecording;
      return { items: answer.requests, next: answer.next_cursor };
    },
  });
  const list = element("div", {}, element("h1", {}, "Requests"), off, filters.element, feed.element);
  const split = splitView("requests", list, "Request", () => {
    const last = opened;
    location.hash = address("requests", [], query);
    if (last !== null) setTimeout(() => feed.focus(last));
  });

  const open = async (/** @type {string} */ traceId, tries = 3) => {
    try {
      const read = () => app.api.get(`admin/requests/${encodeURIComponent(traceId)}`, {}, signal);
      const request = await app.api.persist(read, signal);
      if (opened === traceId) split.open(requestDetail(request, app.api.base));
    } catch (error) {
      if (opened !== traceId || !(error instanceof ApiError)) return;
      if (error.status === 404 && tries > 1) {
        await pause(LATE, signal);
        await open(traceId, tries - 1);
        return;
      }
      split.open(element("div", { class: "detail" }, element("h1", {}, "Request"), refusal(error)));
    }
  };

  return {
    element: split.element,
    show(place) {
      const changed = filters.show(place.query);
      if (isNew || changed.toString() !== query.toString()) {
        isNew = false;
        query = changed;
        feed.restart();
      }
      const traceId = place.path[0] ?? null;
      if (traceId === opened) return;
      if (opened === null) split.open(skeleton(8, "feed-row"));
      opened = traceId;
      feed.mark(traceId);
      if (traceId === null) split.open(null);
      else open(traceId).catch(() => {}); // the view is closed
    },
  };
}

/**
 * @param {import("./feed.js").Item} request
 * @param {URLSearchParams} query
 */
function row(request, query) {
  const path = request.query ? `${request.path}?${request.query}` : request.path;
  return element(
    "a",
    { class: "feed-row", href: address("requests", [request.trace_id], query), data: { opens: request.trace_id } },
    element("code", { class: "method" }, request.method),
    element("code", { class: "path", title: path }, path),
    statusBadge(request.status, request.error_code),
    element("span", { class: "secondary took" }, duration(request.duration_ms)),
    element(
      "time",
      { class: "secondary", dateTime: request.received_at, title: momentOf(request.received_at) },
      logTime(request.received_at),
    ),
  );
}

/** @param {boolean} isRecording */
function noRequests(isRecording) {
  if (!isRecording) return emptyState("No requests");
  return emptyState("No requests yet", element("p", {}, "Each request with a key of yours appears here at once."));
}

function noMatches() {
  return emptyState(
    "No request matches",
    element("p", {}, "Change the filters, or show all requests."),
    element("a", { href: address("requests") }, "Show all requests"),
  );
}
