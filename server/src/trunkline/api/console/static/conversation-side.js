/** The two sides of a chat: the line, which acts by `/v3`, and a counterparty, who acts by `/admin/simulate`. */

/** @typedef {import("./conversation-messages.js").Message} Message */
/** @typedef {{ type: string, custom_emoji?: string }} Tapback */

/**
 * @typedef {object} Content what is sent
 * @property {Record<string, any>[]} parts
 * @property {{ message_id: string, part_index: number } | undefined} reply_to
 * @property {string} idempotency_key
 */

/**
 * @typedef {object} Side who looks at a chat and acts in it
 * @property {boolean} isLine
 * @property {(handle: Record<string, any>) => boolean} is whether this participant is the one
 * @property {(message: Message) => boolean} sees whether the message is on this phone
 * @property {(content: Content, anyway: boolean) => Promise<string | null>} send returns the id of the message
 * @property {(message: Message, part: number, tapback: Tapback, remove: boolean) => Promise<unknown>} react
 * @property {(message: Message, part: number, text: string) => Promise<unknown>} edit
 * @property {(message: Message, option: string, remove: boolean) => Promise<unknown>} vote
 * @property {(started: boolean) => Promise<unknown>} type
 * @property {() => Promise<unknown>} read
 */

/**
 * @param {import("./api.js").Api} api
 * @param {string} chatId
 * @param {AbortSignal} signal
 * @returns {Side}
 */
export function lineSide(api, chatId, signal) {
  const chat = `v3/chats/${encodeURIComponent(chatId)}`;
  const at = (/** @type {Message} */ message) => `v3/messages/${encodeURIComponent(message.id)}`;
  const operation = (/** @type {boolean} */ remove) => (remove ? "remove" : "add");
  return {
    isLine: true,
    is: (handle) => handle.is_me,
    sees: () => true,
    async send(message, anyway) {
      const body = anyway ? { message, override_optout: true } : { message };
      return (await api.post(`${chat}/messages`, body, signal)).message.id;
    },
    react(message, part, tapback, remove) {
      return api.post(
        `${at(message)}/reactions`,
        { ...tapback, operation: operation(remove), part_index: part },
        signal,
      );
    },
    edit(message, part, text) {
      return api.request("PATCH", at(message), { body: { text, part_index: part }, signal });
    },
    vote(message, option, remove) {
      return api.post(`${at(message)}/poll/votes`, { operation: operation(remove), option_id: option }, signal);
    },
    type: (started) => api.request(started ? "POST" : "DELETE", `${chat}/typing`, { signal }),
    read: () => api.post(`${chat}/read`, undefined, signal),
  };
}

/**
 * @param {import("./api.js").Api} api
 * @param {string} chatId
 * @param {Record<string, any>} holder the participant whose phone it is
 * @param {AbortSignal} signal
 * @returns {Side & { act: (action: string, fields?: Record<string, unknown>) => Promise<any> }}
 */
export function phoneSide(api, chatId, { handle, left_at }, signal) {
  const end = left_at ? Date.parse(left_at) : Number.POSITIVE_INFINITY;
  const act = (/** @type {string} */ action, /** @type {Record<string, unknown>} */ fields = {}) =>
    simulate(api, { action, from: handle, chat_id: chatId, ...fields }, signal);
  return {
    act,
    isLine: false,
    is: (each) => each.handle === handle,
    sees: (message) =>
      (!message.is_from_me || ARRIVED.has(message.delivery_status)) && Date.parse(message.created_at) <= end,
    send: async (message) => (await act("message", { message })).message_id,
    react: (message, part, tapback, remove) =>
      act("reaction", { ...tapback, message_id: message.id, part_index: part, remove }),
    edit: (message, part, text) => act("edit", { message_id: message.id, part_index: part, text }),
    vote: (message, option, remove) => act("vote", { message_id: message.id, option, remove }),
    type: (started) => act("typing", { stop: !started }),
    read: () => act("read"),
  };
}

/** What a message of the line is when it is on the phone of its recipient. */
const ARRIVED = new Set(["delivered", "read"]);

/** The actions that only read. */
const READS = new Set(["rules", "contact_cards"]);

/**
 * Plays a counterparty. What only reads stays out of the journal, as what the page gets does.
 *
 * @param {import("./api.js").Api} api
 * @param {Record<string, unknown> & { action: string }} body
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
export async function simulate(api, body, signal) {
  const headers = READS.has(body.action) ? { "x-trunkline-journal": "off" } : undefined;
  return (await api.request("POST", "admin/simulate", { body, headers, signal })).content;
}
