import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type Stripe from "stripe";
import { readBody } from "./body.ts";
import type { Database } from "./database.ts";
import { RefusedError } from "./errors.ts";

/** What the webhook's door needs to know. */
export interface WebhookOptions {
  readonly database: Database;
  readonly stripe: Stripe;
  readonly webhookSecret: string;
  /** Whether the secret key moves real money. */
  readonly livemode: boolean;
}

/** How far a signature's time may be from ours, in either direction. */
const toleranceSeconds = 300;

const bodyBytesMax = 512 * 1024;

/**
 * Stripe's door: verifies, puts the event into the inbox, and answers. What the event means is decided by a job, so that
 * Stripe never waits, and an event that comes twice is answered like the first.
 */
export async function addStripeWebhook(
  app: FastifyInstance,
  { database, stripe, webhookSecret, livemode }: WebhookOptions,
): Promise<void> {
  await app.register(async (scope) => {
    // The signature is of the bytes, whatever they are said to be.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request: FastifyRequest, payload: IncomingMessage) =>
      readBody(payload, bodyBytesMax),
    );
    const handler = async (request: FastifyRequest): Promise<{ received: true }> => {
      const { body } = request;
      const event = verify(
        stripe,
        Buffer.isBuffer(body) ? body : Buffer.alloc(0),
        request.headers["stripe-signature"],
        webhookSecret,
      );
      if (event.livemode !== livemode) {
        throw new RefusedError(
          "LMWHM",
          `This server works in ${livemode ? "live" : "test"} mode, and the event does not.`,
          { hint: "Use the webhook secret that belongs to the secret key." },
        );
      }
      const settings = { "lml.request_id": request.id };
      const [received] = await database.query<{ is_new: boolean }>(settings, {
        text: "select app_private.receive_stripe_event($1::jsonb, $2) as is_new",
        values: [String(body), livemode],
      });
      const isNew = received?.is_new;
      request.log.info({ event: event.id, type: event.type, isNew }, "received a Stripe event");
      return { received: true };
    };
    scope.route({ method: "POST", url: "/stripe/webhook", handler });
  });
}

function verify(
  stripe: Stripe,
  body: Buffer,
  signature: string | string[] | undefined,
  secret: string,
): Stripe.Event {
  const event = eventOf(stripe, body, signature ?? "", secret.split(","));
  const distance = Math.abs(Date.now() / 1000 - signedAt(String(signature)));
  // Not a number is far away, too.
  if (!(distance <= toleranceSeconds)) {
    throw new RefusedError("LMWHT", "The signature is too old, or from the future.", {
      hint: "Is this machine's clock right?",
    });
  }
  return event;
}

/** What was signed with one of the secrets: an endpoint for connected accounts has its own, and so has a new one. */
function eventOf(
  stripe: Stripe,
  body: Buffer,
  signature: string | string[],
  secrets: readonly string[],
): Stripe.Event {
  for (const secret of secrets) {
    try {
      // A tolerance of zero means that the time is not looked at: its distance is, in both directions.
      return stripe.webhooks.constructEvent(body, signature, secret, 0);
    } catch {
      // Whether it is the signature or the body that is wrong is nobody's business.
    }
  }
  throw new RefusedError("LMWHK", "The signature is not Stripe's.", {
    hint: "Is the secret of this endpoint in STRIPE_WEBHOOK_SECRET?",
  });
}

/** The time that was signed. The last one counts, as it does when the signature is verified. */
function signedAt(signature: string): number {
  const times = signature.split(",").filter((part) => part.startsWith("t="));
  return Number.parseInt(times.at(-1)?.slice(2) ?? "", 10);
}
