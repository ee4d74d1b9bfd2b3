// An agent whose model runs in the process: it repeats what the user said last.
import { MockLanguageModelV4 } from "ai/test";
import { defineAgent } from "eve";

function reply(prompt) {
  const { content } = prompt.findLast((each) => each.role === "user");
  return `You said: ${content.find((each) => each.type === "text").text}`;
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
