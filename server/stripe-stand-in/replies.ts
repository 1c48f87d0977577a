import type { FastifyReply } from "fastify";
import { StripeApiError } from "./errors.ts";
import { visibleTo } from "./publishable.ts";

/** What a call is answered with. */
export interface Reply {
  status: number;
  body: string;
}

/** An object as a reply shows it. */
export function json(status: number, value: object): Reply {
  return { status, body: `${JSON.stringify(value, null, 2)}\n` };
}

/** An error in Stripe's form, as this caller may see it. */
export function errorReply(error: unknown, publishable: boolean): Reply {
  if (!(error instanceof StripeApiError)) {
    const detail = error instanceof Error ? error.message : String(error);
    return json(500, {
      error: { type: "api_error", message: `The Stripe stand-in failed: ${detail}` },
    });
  }
  const { payment_intent: intent, ...body } = error.body;
  return json(error.status, {
    error:
      intent === undefined ? body : { ...body, payment_intent: visibleTo(intent, publishable) },
  });
}

/** Answers with JSON. */
export function sendReply(reply: FastifyReply, { status, body }: Reply): FastifyReply {
  return reply.code(status).header("content-type", "application/json").send(body);
}
