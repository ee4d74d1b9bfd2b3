// Prints the chats that a public npm client lists, as JSON: list_chats.mjs PACKAGE LIMIT LINE HANDLE
const { default: Linq } = await import(process.argv[2]);

const [limit, line, handle] = [Number(process.argv[3]), process.argv[4], process.argv[5]];
const client = new Linq({ apiKey: process.env.LINQ_API_V3_API_KEY, baseURL: process.env.LINQ_API_V3_BASE_URL });

async function listAll(query) {
  const found = [];
  for await (const chat of client.chats.listChats(query)) found.push(chat.id);
  return found;
}

async function errorOf(query) {
  try {
    await client.chats.listChats(query);
  } catch (error) {
    return [error.constructor.name, error.status];
  }
}

const first = await client.chats.listChats({ limit });
console.log(
  JSON.stringify({
    first: first.chats.map((chat) => chat.id),
    next_cursor: first.next_cursor,
    all: await listAll({ limit }),
    from: await listAll({ from: line }),
    to: await listAll({ to: handle }),
    handles: first.chats[0].handles.map((each) => [each.handle, each.is_me]),
    foreign_line: await errorOf({ from: "+19995550199" }),
    bad_cursor: await errorOf({ cursor: "nonsense" }),
  }),
);
