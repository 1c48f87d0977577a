import { formatAmount } from "./money.ts";
import type { PaymentIntent, SetupIntent } from "./types.ts";

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escaped(title)}</title>
  <style>
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 28rem; margin: 4rem auto; padding: 0 1rem }
    button { font: inherit; padding: .5rem 1rem; margin: 0 .5rem .5rem 0 }
    .label { background: #fd9; padding: .25rem .5rem }
  </style>
  <p class="label">TEST MODE: this is the built-in Stripe stand-in. No money moves.</p>
  <h1>${escaped(title)}</h1>
  ${body}
</html>
`;
}

/** The page on which a buyer passes or fails 3-D Secure: it stands in for the bank's own. */
export function challengePage(intent: PaymentIntent | SetupIntent): string {
  const subject =
    intent.object === "payment_intent"
      ? `Payment of ${formatAmount(intent.amount, intent.currency)}.`
      : "A card is to be saved for later payments.";
  return page(
    "3-D Secure test page",
    `<p>${escaped(subject)}</p>
  <form method="post">
    <button name="outcome" value="complete">Complete authentication</button>
    <button name="outcome" value="fail">Fail authentication</button>
  </form>`,
  );
}

/** The page on which a connected account tells Stripe who it is: here it only chooses how that ends. */
export function onboardingPage(account: string): string {
  return page(
    "Onboarding test page",
    `<p>Account ${escaped(account)}.</p>
  <form method="post">
    <button name="outcome" value="complete">Complete onboarding</button>
    <button name="outcome" value="incomplete">Submit without the document that Stripe asks for</button>
    <button name="outcome" value="later">Leave it for later</button>
  </form>`,
  );
}

/** What the buyer sees when the seller gave no address to return to. */
export function outcomePage(passed: boolean): string {
  return page(
    passed ? "Authentication complete" : "Authentication failed",
    "<p>You can close this page.</p>",
  );
}

/** What the buyer sees when there is nothing to authenticate. */
export function gonePage(): string {
  return page("Nothing to authenticate", "<p>Nothing here waits for you any more.</p>");
}

/** Where to send the buyer afterwards: the seller's address, with Stripe's parameters. */
export function returnAddress(
  returnUrl: string,
  intent: PaymentIntent | SetupIntent,
  passed: boolean,
): string {
  const url = new URL(returnUrl);
  url.searchParams.set(intent.object, intent.id);
  url.searchParams.set(`${intent.object}_client_secret`, intent.client_secret ?? "");
  url.searchParams.set("redirect_status", passed ? "succeeded" : "failed");
  return url.href;
}
