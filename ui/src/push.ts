/** «Cách nhận»: whether this browser takes the messages of whoever is signed in. */
import { one, word } from "./lib/dom";
import { panel, tell } from "./lib/push";

/** For whom this browser said yes; another account on the same machine is asked anew. */
const WANTED = "tc-push-desk";

const root = one("[data-push]");
if (root) {
  const who = root.dataset["who"] ?? "";
  panel(root, {
    async on(subscription) {
      await tell("/notices/push/subscribe", subscription.toJSON());
      localStorage.setItem(WANTED, who);
      return word("Máy này nhận tin của bạn từ bây giờ.", "This device takes your messages from now on.");
    },
    async off({ endpoint }) {
      await tell("/notices/push/unsubscribe", { endpoint });
      localStorage.removeItem(WANTED);
      return word("Máy này không nhận tin nữa.", "This device takes no more messages.");
    },
    mine: () => localStorage.getItem(WANTED) === who,
  }).catch((error: unknown) => console.info("no messages to this browser", error));
}
