/** Whether something has failed, in a view that is not open, since somebody looked at it. */

import { ApiError, AwayError, pause } from "./api.js";

const PAUSE = 15_000; // ms

/** @type {Record<string, (api: import("./api.js").Api, signal: AbortSignal) => Promise<string | undefined>>} */
const LATEST = {
  webhooks: async (api, signal) => {
    const query = { state: "failed", limit: 1 };
    return (await api.get("admin/webhook-deliveries", query, signal)).deliveries[0]?.updated_at;
  },
  requests: async (api, signal) => {
    const query = { errors: true, limit: 1 };
    return (await api.get("admin/requests", query, signal)).requests[0]?.received_at;
  },
};

/**
 * Looks for failures until the signal is aborted.
 *
 * @param {import("./api.js").Api} api
 * @param {() => string} open the name of the view that is open
 * @param {(view: string, hasFailed: boolean) => void} mark
 * @param {AbortSignal} signal
 */
export async function watchFailures(api, open, mark, signal) {
  /** @type {Record<string, string>} */
  const seen = {};
  while (!signal.aborted) {
    for (const [view, latest] of Object.entries(LATEST)) {
      if (document.hidden) continue;
      try {
        const time = (await latest(api, signal)) ?? "";
        if (!(view in seen) || open() === view) seen[view] = time;
        mark(view, time > seen[view]);
      } catch (error) {
        if (!(error instanceof ApiError || error instanceof AwayError)) return;
      }
    }
    await pause(PAUSE, signal).catch(() => {});
  }
}
