// An agent whose model runs in the process: it repeats what the user said, and the size of each file.
import { MockLanguageModelV4 } from "ai/test";
import { defineAgent } from "eve";

function reply(prompt) {
  const { content } = prompt.findLast((each) => each.role === "user");
  return content.map(described).join("; ");
}

function described(part) {
  if (part.type === "text") return `You said: ${part.text}`;
  console.log(part);
  return `You sent: ${part.filename}, ${part.mediaType}, ${part.data.data.length} bytes`;
}

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

const model = new MockLanguageModelV4({
  doStream: async ({ prompt }) => ({
    stream: ReadableStream.from([
      { type: "stream-start", warnings: [] },
      { type: "text-start", id: "0" },
      { type: "text-delta", id: "0", delta: reply(prompt) },
      { type: "text-end", id: "0" },
      { type: "finish", finishReason: { unified: "stop", raw: undefined }, usage },
    ]),
  }),
});

export default defineAgent({ model, modelContextWindowTokens: 100_000 });
