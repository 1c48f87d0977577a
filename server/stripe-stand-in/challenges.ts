import { randomWord } from "./ids.ts";
import type { Transaction } from "./transaction.ts";
import type { PaymentIntent, SetupIntent } from "./types.ts";

/** The path under which the stand-in shows its 3-D Secure page. */
export const AUTHENTICATION_PATH = "/test_mode/3d_secure";

/** Sends a buyer to the 3-D Secure page, for a payment or for a card that is to be saved. */
export function openChallenge(
  tx: Transaction,
  subject: { payment_intent: string } | { setup_intent: string },
  returnUrl: string | null,
) {
  const token = randomWord(32);
  tx.put("authentication", { id: token, ...subject });
  return {
    next_action: {
      redirect_to_url: {
        return_url: returnUrl,
        url: `${tx.world.url()}${AUTHENTICATION_PATH}/${token}`,
      },
      type: "redirect_to_url",
    },
    status: "requires_action",
  } as const;
}

/** Whether an intent waits for the answer to this challenge: a later one has another token, and only the newest counts. */
export function awaitsAnswer(intent: PaymentIntent | SetupIntent, token: string): boolean {
  return (
    intent.status === "requires_action" &&
    intent.next_action?.redirect_to_url?.url?.endsWith(`/${token}`) === true
  );
}
