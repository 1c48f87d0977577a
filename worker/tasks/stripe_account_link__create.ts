import type Stripe from "stripe";
import { z } from "zod";
import { defineTask } from "../context.ts";
import { callStripe, type PreparedCall } from "../stripe-calls.ts";

interface Request extends PreparedCall {
  readonly organization_id: string;
  readonly account: string;
  readonly return_url: string;
  readonly refresh_url: string;
}

/** Has Stripe make an address where the owner of an account says who they are. */
export const stripeAccountLinkCreate = defineTask(
  z.object({ stripe_account_link_id: z.uuid() }),
  async ({ stripe_account_link_id: id }, helpers, { stripe }) => {
    await callStripe<Request, Stripe.AccountLink & { readonly id: string }>(helpers, {
      purpose: "stripe_account_link.create",
      subjectId: id,
      prepare: "prepare_stripe_account_link",
      params: paramsOf,
      send: async (request, options) => {
        const link = await stripe.accountLinks.create(paramsOf(request), options);
        // A link has no id of its own.
        return Object.assign(link, { id: request.account });
      },
      record: ({ url, expires_at }) => ["record_stripe_account_link", id, url, expires_at, null],
      recordRefusal: ({ message }) => ["record_stripe_account_link", id, null, null, message],
    });
  },
);

function paramsOf({ account, return_url, refresh_url }: Request): Stripe.AccountLinkCreateParams {
  return { account, return_url, refresh_url, type: "account_onboarding" };
}
