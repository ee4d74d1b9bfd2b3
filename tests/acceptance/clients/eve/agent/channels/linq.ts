// Likes every message, sends every file back, and, once it has had a turn, answers reactions to its messages.
import { linqChannel } from "eve/channels/linq";

let listening = false;

export default linqChannel({
  baseURL: process.env.LINQ_API_V3_BASE_URL,
  credentials: {
    // Functions, because `eve build` has neither.
    apiKey: () => process.env.LINQ_API_V3_API_KEY,
    signingSecret: () => process.env.LINQ_WEBHOOK_SECRET,
  },
  async onMessage({ thread }, message) {
    await thread.adapter.addReaction(thread.id, message.id, "heart");
    for (const { name, mimeType, fetchData } of message.attachments) {
      const files = [{ data: await fetchData(), filename: `copy of ${name}`, mimeType }];
      await thread.post({ markdown: "", files });
    }
    return { auth: null };
  },
  events: {
    "turn.completed"(_, { bot }) {
      if (listening) return;
      listening = true;
      bot.onReaction(async ({ thread, rawEmoji, added }) => {
        await thread.post(`You ${added ? "added" : "removed"} ${rawEmoji}`);
      });
    },
  },
});
