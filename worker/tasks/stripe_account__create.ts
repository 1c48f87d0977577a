import type Stripe from "stripe";
import { z } from "zod";
import { defineTask } from "../context.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";

interface Request extends PreparedCall {
  readonly country: string;
  readonly email: string;
  /** When we first wanted it, in seconds: what was made for it is not older. */
  readonly created: number;
  readonly metadata: Record<string, string>;
}

/** Makes the account at Stripe to which somebody is paid. What it may do is told by its events. */
export const stripeAccountCreate = defineTask(
  z.object({ stripe_account_id: z.uuid() }),
  async ({ stripe_account_id: id }, helpers, { stripe }) => {
    await callStripe<Request, Stripe.Account>(helpers, {
      purpose: "stripe_account.create",
      subjectId: id,
      prepare: "prepare_stripe_account",
      params: paramsOf,
      send: (request, options) => stripe.accounts.create(paramsOf(request), options),
      find: (request) => findAccount(stripe, request),
      record: (account) => ["record_stripe_account", id, account.id, null],
      recordRefusal: ({ message }) => ["record_stripe_account", id, null, message],
    });
  },
);

function paramsOf({ country, email, metadata }: Request): Stripe.AccountCreateParams {
  return {
    type: "express",
    country,
    email,
    capabilities: { transfers: { requested: true } },
    metadata,
  };
}

async function findAccount(
  stripe: Stripe,
  { created, metadata }: Request,
): Promise<Stripe.Account | undefined> {
  const clocksDiffer = 3600;
  const since = { created: { gte: created - clocksDiffer }, limit: 100 };
  for await (const account of stripe.accounts.list(since)) {
    const id = account.metadata?.["lml_stripe_account_id"];
    if (id === metadata["lml_stripe_account_id"]) return account;
  }
  return undefined;
}
