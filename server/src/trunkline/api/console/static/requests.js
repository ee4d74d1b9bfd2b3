/** Requests: what came in, from the journal of the API. */

import { ApiError, pause } from "./api.js";
import { element } from "./dom.js";
import { Feed } from "./feed.js";
import { duration, logTime, momentOf } from "./format.js";
import { emptyState } from "./parts.js";
import { requestDetail, statusBadge } from "./requests-detail.js";
import { openRequestFilters } from "./requests-filters.js";
import { address } from "./router.js";
import { splitView } from "./split.js";

const LATE = 600; // ms after which a request is in the journal
const TRIES = 3;

/** @type {import("./app.js").OpenView} */
export function openRequests(app, signal) {
  let query = new URLSearchParams();
  let isNew = true;
  let isRecording = true;

  const off = element(
    "p",
    { class: "banner", hidden: true },
    "The journal is off: new requests are not recorded. The operator of the service turns it on with ",
    element("code", {}, "TRUNKLINE_REQUEST_JOURNAL=on"),
    ".",
  );
  const filters = openRequestFilters((changed, replaces) => {
    const there = address("requests", split.path, changed);
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
  const read = async (/** @type {string} */ traceId, /** @type {AbortSignal} */ until) => {
    const path = `admin/requests/${encodeURIComponent(traceId)}`;
    for (let left = TRIES; ; left -= 1) {
      try {
        return await app.api.persist(() => app.api.get(path, {}, until), until);
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404) || left === 1) throw error;
      }
      await pause(LATE, until);
    }
  };
  const split = splitView(list, signal, {
    kind: "requests",
    name: "Request",
    feed,
    close() {
      location.hash = address("requests", [], query);
    },
    async open(traceId, show, until) {
      show(requestDetail(await read(traceId, until), app.api.base));
    },
  });

  return {
    element: split.element,
    show(place) {
      const changed = filters.show(place.query);
      if (isNew || changed.toString() !== query.toString()) {
        isNew = false;
        query = changed;
        feed.restart();
      }
      split.show(place.path[0] ?? null);
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
