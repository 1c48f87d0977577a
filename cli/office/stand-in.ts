import { startStripeStandIn } from "../../server/stripe-stand-in/index.ts";
import type { StandInFlags } from "../commands/stand-in.ts";
import { CliError } from "../errors.ts";
import { requireFreePort } from "./ports.ts";
import { givenStripe } from "./stripe.ts";

/** Runs the stand-in until it is told to stop. */
export async function runStandIn(flags: StandInFlags): Promise<void> {
  const account = givenStripe();
  if (account === undefined) {
    throw new CliError("The stand-in has no keys.", {
      hint:
        "Set STRIPE_SECRET_KEY=sk_test_..., STRIPE_PUBLISHABLE_KEY=pk_test_... and STRIPE_WEBHOOK_SECRET=whsec_..., " +
        "of your own invention, and the same for server and worker.",
    });
  }
  const { secretKey, publishableKey, webhookSecret } = account;
  if (!secretKey.startsWith("sk_test_") || !publishableKey.startsWith("pk_test_")) {
    throw new CliError("The stand-in takes test keys only: sk_test_... and pk_test_...", {
      hint: "Keys of a real account belong to server and worker, without the stand-in.",
    });
  }
  await requireFreePort(flags.host, flags.port);
  const standIn = await startStripeStandIn({
    port: flags.port,
    host: flags.host,
    webhookUrl: flags.webhookUrl,
    secretKey,
    publishableKey,
    webhookSecret,
    ...(flags.journal === undefined ? {} : { journal: flags.journal }),
  });
  process.stdout.write(`The Stripe stand-in (test mode) listens on ${standIn.url}\n`);
  await new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => resolve());
  });
  await standIn.close();
}
