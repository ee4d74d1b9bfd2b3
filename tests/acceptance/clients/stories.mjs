// Runs the stories of an app with a running service, through a public npm client.
//
// stories.mjs PACKAGE URL BASE PARTNERS      BASE is what comes between the URL and /v3, PARTNERS each story's partner,
//                                            as JSON
//
// Prints JSON: the path of the client, the stack of each story that failed, or null, and the calls that succeeded.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { Webhook } from "standardwebhooks";

const [name, url, base, partners] = process.argv.slice(2);
const { default: Linq } = await import(name);
const called = new Set();
const [ALICE, BOB, CAROL, DAVE] = ["+13105550111", "+13105550112", "carol@example.com", "+13105550114"];
const PATIENCE = 30_000; // ms that a test waits for something

// What the client fetches with.
async function counted(address, init) {
  const answer = await fetch(address, init);
  const path = new URL(address).pathname.slice(base.length).replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "{}");
  if (answer.ok) called.add(`${init.method.toUpperCase()} ${path}`);
  return answer;
}

const says = (value, more = {}) => ({ parts: [{ type: "text", value }], ...more });

class App {
  constructor({ key, lines }) {
    [this.line, this.otherLine] = lines;
    this.key = key;
    this.client = new Linq({ apiKey: key, baseURL: url + base, maxRetries: 0, fetch: counted });
  }

  // A counterparty acts.
  async play(action, fields) {
    const answer = await fetch(`${url}/admin/simulate`, {
      method: "POST",
      headers: { Authorization: `Bearer ${this.key}`, "Content-Type": "application/json" },
      body: JSON.stringify({ action, ...(fields.chat_id === undefined && fields.from ? { to: this.line } : {}), ...fields }),
    });
    const done = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(done));
    return done;
  }

  async begin(...to) {
    return (await this.client.chats.create({ from: this.line, to, message: says("hello") })).chat;
  }

  async send(chatId, text, more = {}) {
    return (await this.client.chats.messages.send(chatId, { message: says(text), ...more })).message;
  }

  async health(chatId) {
    return (await this.client.chats.retrieve(chatId)).health_status.status;
  }

  arrived(messageId, status = "delivered") {
    return until(() => this.client.messages.retrieve(messageId), (message) => message.delivery_status === status);
  }
}

async function until(ask, condition) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const answer = await ask();
    if (condition(answer)) return answer;
    assert(Date.now() < deadline, `the condition did not become true: ${JSON.stringify(answer)}`);
    await pause(50);
  }
}

async function refused(asked, kind, status, code) {
  const error = await asked.then(
    () => assert.fail(`expected the error ${status} / ${code}`),
    (reason) => reason,
  );
  assert(error instanceof kind, error);
  assert.deepEqual([error.status, error.error.error.status, error.error.error.code], [status, status, code]);
  assert.equal(error.error.trace_id, error.headers.get("x-trace-id"));
}

async function collected(pages) {
  const found = [];
  for await (const each of pages) found.push(each);
  return found;
}

async function converses(app) {
  const { client } = app;
  const other = await app.begin(BOB);
  const chat = await app.begin(ALICE);
  assert.deepEqual(chat.handles.map((each) => [each.handle, each.is_me]), [[app.line, true], [ALICE, false]]);
  assert.equal(chat.message.delivery_status, "pending");
  const arrived = await app.arrived(chat.message.id);
  assert(arrived.is_from_me && arrived.delivered_at !== null);
  const played = await app.play("message", { from: BOB, text: "hi there" });
  assert.equal(played.chat_id, other.id);
  assert.deepEqual((await collected(client.chats.listChats())).map((each) => each.id), [other.id, chat.id]);
  await client.chats.markAsRead(other.id);
  assert.equal((await client.messages.retrieve(played.message_id)).delivery_status, "read");
  await client.chats.typing.start(chat.id);
  await client.chats.typing.stop(chat.id);
  for (const text of ["1", "2", "3", "4"]) await app.send(chat.id, text);
  const first = await client.chats.messages.list(chat.id, { limit: 2 });
  assert.deepEqual(first.messages.map((each) => each.parts[0].value), ["4", "3"]);
  await app.play("message", { from: ALICE, text: "too late for these pages" });
  const rest = await first.getNextPage();
  assert.deepEqual(rest.messages.map((each) => each.parts[0].value), ["2", "1"]);
  const all = await collected(client.chats.messages.list(chat.id, { limit: 4 }));
  assert.equal(new Set(all.map((each) => each.id)).size, 6);
  await app.play("read", { from: ALICE });
  await app.arrived(chat.message.id, "read");
  await refused(client.chats.retrieve("550e8400-e29b-41d4-a716-446655440000"), Linq.NotFoundError, 404, 2001);
}

async function changes_messages(app) {
  const { client } = app;
  const chat = await app.begin(ALICE);
  const root = chat.message.id;
  const reply = says("yes", { reply_to: { message_id: root } });
  const received = (await app.play("message", { from: ALICE, message: reply })).message_id;
  const sent = (await client.chats.messages.send(chat.id, { message: says("good", { reply_to: { message_id: received } }) }))
    .message;
  const thread = await collected(client.messages.listMessagesThread(received, { limit: 2 }));
  assert.deepEqual(thread.map((each) => each.id), [root, received, sent.id]);
  const edited = await client.messages.update(root, { text: "Hello", part_index: 0 });
  assert.equal(edited.parts[0].value, "Hello");
  await client.messages.addReaction(received, { operation: "add", type: "love" });
  await app.play("reaction", { from: ALICE, message_id: root, type: "laugh" });
  const [theirs, ours] = [await client.messages.retrieve(root), await client.messages.retrieve(received)];
  assert.deepEqual(theirs.parts[0].reactions.map((each) => [each.type, each.is_me]), [["laugh", false]]);
  assert.deepEqual(ours.parts[0].reactions.map((each) => [each.type, each.is_me]), [["love", true]]);
  await client.messages.addReaction(received, { operation: "remove", type: "love" });
  await client.messages.delete(sent.id);
  await refused(client.messages.retrieve(sent.id), Linq.NotFoundError, 404, 2002);
}

async function lives_in_a_group(app) {
  const { client } = app;
  const group = await app.begin(ALICE, BOB, CAROL);
  assert.equal(group.display_name, `${ALICE}, ${BOB}, ${CAROL}`);
  const icon = "https://example.com/icon.png";
  assert.equal((await client.chats.update(group.id, { display_name: "Trip", group_chat_icon: icon })).chat_id, group.id);
  await client.chats.participants.add(group.id, { handle: DAVE });
  await client.chats.participants.remove(group.id, { handle: BOB });
  const chat = await client.chats.retrieve(group.id);
  assert.equal(chat.display_name, "Trip");
  assert.deepEqual(
    chat.handles.map((each) => [each.handle, each.status]),
    [[app.line, "active"], [ALICE, "active"], [BOB, "removed"], [CAROL, "active"], [DAVE, "active"]],
  );
  assert.equal((await client.chats.leaveChat(group.id)).status, "accepted");
  await refused(app.send(group.id, "anybody?"), Linq.ConflictError, 409, 2013);
  await refused(client.chats.participants.add(group.id, { handle: BOB }), Linq.ConflictError, 409, 2013);
  const direct = await app.begin(ALICE);
  await refused(client.chats.update(direct.id, { display_name: "Ours" }), Linq.ConflictError, 409, 1006);
}

async function opts_out_and_returns(app) {
  const { client } = app;
  const chat = await app.begin(ALICE);
  const other = (await client.chats.create({ from: app.otherLine, to: [ALICE], message: says("hello") })).chat;
  await app.play("message", { from: ALICE, text: "STOP" });
  assert.equal(await app.health(chat.id), "OPTED_OUT");
  for (const each of [chat, other]) await refused(app.send(each.id, "wait"), Linq.PermissionDeniedError, 403, 2024);
  await app.arrived((await app.send(other.id, "your receipt", { override_optout: true })).id);
  await app.play("message", { from: ALICE, to: app.otherLine, text: "I am back" });
  assert.equal(await app.health(chat.id), "HEALTHY");
  await app.arrived((await app.send(chat.id, "welcome back")).id);
}

async function asks_of_lines_and_networks(app) {
  const { client } = app;
  const { phone_numbers: numbers } = await client.phoneNumbers.list();
  assert.deepEqual(numbers.map((each) => [each.phone_number, each.reputation.status]), [
    [app.line, "HEALTHY"],
    [app.otherLine, "HEALTHY"],
  ]);
  const { phone_numbers: older } = await client.phonenumbers.list();
  assert.deepEqual(older.map((each) => each.id), numbers.map((each) => each.id));
  await app.play("set_rule", { handle: ALICE, rule: { services: ["SMS"] } });
  const { capability } = client;
  const check = "checkIMessage" in capability ? "checkIMessage" : "checkiMessage"; // as 0.20 spells it
  const found = await capability[check]({ address: ALICE });
  assert.deepEqual([found.address, found.available], [ALICE, false]);
  assert.equal((await capability.checkRCS({ address: BOB, from: app.line })).available, true);
  await refused(capability.checkRCS({ address: CAROL }), Linq.BadRequestError, 400, 1002);
}

async function repeats_sends(app) {
  const { client } = app;
  const message = says("once", { idempotency_key: "one" });
  const asked = { from: app.line, to: [ALICE], message };
  const answers = await Promise.all([1, 2, 3, 4].map(() => client.chats.create(asked)));
  assert.equal(new Set(answers.map((each) => each.chat.message.id)).size, 1);
  const [{ chat }] = answers;
  assert.equal((await collected(client.chats.messages.list(chat.id))).length, 1);
  const different = { ...asked, message: says("twice", { idempotency_key: "one" }) };
  await refused(client.chats.create(different), Linq.BadRequestError, 400, 1005);
}

async function sends_without_a_line(app) {
  const { client } = app;
  const first = await client.messages.create({ to: [ALICE], message: says("hello"), exclude_from: [app.line] });
  assert.deepEqual([first.from, first.created_new_chat], [app.otherLine, true]);
  const again = await client.messages.create({ to: [ALICE], message: says("again") });
  assert.deepEqual([again.chat_id, again.from_selection.reason], [first.chat_id, "reused_active_chat"]);
}

async function shares_a_contact_card(app) {
  const { client } = app;
  const chat = await app.begin(ALICE);
  await refused(client.chats.shareContactCard(chat.id), Linq.NotFoundError, 404, 2012);
  await client.contactCard.create({ phone_number: app.line, first_name: "Harbor" });
  const changed = await client.contactCard.update({ phone_number: app.line, last_name: "Bakery" });
  assert.deepEqual([changed.first_name, changed.last_name], ["Harbor", "Bakery"]);
  const { contact_cards: cards } = await client.contactCard.retrieve();
  assert.deepEqual(cards.map((each) => [each.phone_number, each.last_name]), [[app.line, "Bakery"]]);
  await client.chats.shareContactCard(chat.id);
}

async function gives_a_number_to_a_new_person(app) {
  const { client } = app;
  await client.contactCard.create({ phone_number: app.otherLine, first_name: "Harbor" });
  const found = await client.availableNumber.retrieve({ exclude_from: [app.line] });
  assert.equal(found.phone_number, app.otherLine);
  assert.match(await (await fetch(found.vcf_url)).text(), /FN:Harbor/);
}

async function uploaded(client, filename, content_type, content) {
  const made = await client.attachments.create({ filename, content_type, size_bytes: content.length });
  const { upload_url, http_method: method, required_headers: headers } = made;
  const answer = await fetch(upload_url, { method, headers, body: content });
  assert(answer.ok, await answer.text());
  return made.attachment_id;
}

async function sends_and_receives_files(app) {
  const { client } = app;
  const picture = Buffer.from("\x89PNG\r\n\x1a\n and more", "latin1");
  const content = async (url) => Buffer.from(await (await fetch(url)).arrayBuffer());
  const attachment_id = await uploaded(client, "cat.png", "image/png", picture);
  const known = await client.attachments.retrieve(attachment_id);
  assert.deepEqual([known.filename, known.size_bytes, known.status], ["cat.png", picture.length, "complete"]);
  const chat = await app.begin(ALICE);
  const message = { parts: [{ type: "media", attachment_id }] };
  const sent = (await client.chats.messages.send(chat.id, { message })).message;
  const received = (await app.play("message", { from: ALICE, message })).message_id;
  for (const id of [sent.id, received]) {
    const [part] = (await client.messages.retrieve(id)).parts;
    assert.deepEqual([part.filename, part.mime_type], ["cat.png", "image/png"]);
    assert.deepEqual(await content(part.url), picture);
    assert.equal((await client.attachments.retrieve(part.id)).size_bytes, picture.length);
  }
  if (!("delete" in client.attachments)) return; // 0.20
  await client.attachments.delete(attachment_id);
  await refused(client.attachments.retrieve(attachment_id), Linq.NotFoundError, 404, 2001);
}

async function sends_voice_memos(app) {
  const { client } = app;
  const chat = await app.begin(ALICE);
  const attachment_id = await uploaded(client, "memo.m4a", "audio/mp4", Buffer.from("ftypM4A sound"));
  for (const source of [{ attachment_id }, { voice_memo_url: "https://example.com/memo.mp3" }]) {
    const { voice_memo: memo } = await client.chats.sendVoicememo(chat.id, source);
    assert.deepEqual([memo.chat.id, memo.from, memo.to], [chat.id, app.line, [ALICE]]);
    await app.arrived(memo.id);
  }
}

async function hears_of_everything(app) {
  const { client } = app;
  const events = ["chat.created", "message.sent", "message.delivered", "message.received", "reaction.added"];
  const received = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf-8")) body += chunk;
    received.push({ headers: request.headers, body });
    response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const target_url = `http://127.0.0.1:${server.address().port}/hook`;
    const made = await client.webhookSubscriptions.create({ target_url, subscribed_events: events });
    const known = await client.webhookSubscriptions.retrieve(made.id);
    assert.deepEqual([known.target_url, known.signing_secret], [target_url, undefined]);
    const { subscriptions } = await client.webhookSubscriptions.list();
    assert.deepEqual(subscriptions.map((each) => each.id), [made.id]);
    const available = await client.webhookEvents.list();
    assert(events.every((each) => available.events.includes(each)));
    assert.equal(made.webhook_version, "2026-02-03");

    const chat = await app.begin(ALICE);
    await app.arrived(chat.message.id);
    const answer = (await app.play("message", { from: ALICE, text: "héllo 🎉" })).message_id;
    await app.play("reaction", { from: ALICE, type: "love" });
    await until(async () => received.length, (count) => count >= events.length);
    const unwrapped = ({ headers, body }) => {
      assert.deepEqual(new Webhook(made.signing_secret).verify(body, headers), JSON.parse(body));
      if (!("unwrap" in client.webhooks)) return client.webhooks.events(body); // 0.20 checks no signature
      assert.throws(() => client.webhooks.unwrap(`${body} `, { headers, key: made.signing_secret }));
      return client.webhooks.unwrap(body, { headers, key: made.signing_secret });
    };
    const delivered = received.map(unwrapped);
    assert.deepEqual(delivered.map((each) => each.event_type), events);
    assert.equal(delivered[0].data.id, chat.id);
    assert.deepEqual([delivered[3].data.id, delivered[3].data.parts[0].value], [answer, "héllo 🎉"]);
    assert.equal(delivered[4].data.message_id, chat.message.id);

    const changed = await client.webhookSubscriptions.update(made.id, { subscribed_events: ["message.read"] });
    assert.deepEqual(changed.subscribed_events, ["message.read"]);
    await app.play("message", { from: ALICE, text: "unheard" });
    await app.play("read", { from: ALICE });
    await until(async () => received.length, (count) => count > events.length);
    assert.deepEqual(received.slice(events.length).map((each) => each.headers["x-webhook-event"]), ["message.read"]);

    const older = { target_url: `${target_url}?version=2025-01-01`, subscribed_events: ["message.received"] };
    assert.equal((await client.webhookSubscriptions.update(made.id, older)).webhook_version, "2025-01-01");
    await app.play("message", { from: ALICE, text: "as before" });
    await until(async () => received.length, (count) => count > events.length + 1);
    const { webhook_version, data } = unwrapped(received.at(-1));
    assert.deepEqual([webhook_version, data.from], ["2025-01-01", ALICE]);
    assert.equal(data.message.parts[0].value, "as before");
    await client.webhookSubscriptions.delete(made.id);
    await refused(client.webhookSubscriptions.retrieve(made.id), Linq.NotFoundError, 404, 2001);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const STORIES = {
  converses,
  changes_messages,
  lives_in_a_group,
  opts_out_and_returns,
  asks_of_lines_and_networks,
  repeats_sends,
  sends_without_a_line,
  shares_a_contact_card,
  gives_a_number_to_a_new_person,
  sends_and_receives_files,
  sends_voice_memos,
  hears_of_everything,
};

const failures = {};
for (const [story, partner] of Object.entries(JSON.parse(partners))) {
  failures[story] = await STORIES[story](new App(partner)).then(
    () => null,
    (error) => error.stack,
  );
}
console.log(JSON.stringify({ client: fileURLToPath(import.meta.resolve(name)), failures, called: [...called] }));
