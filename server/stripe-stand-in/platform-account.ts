import { z } from "zod";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { expandable, page } from "./fields.ts";
import { derivedId } from "./ids.ts";
import { listPage } from "./lists.ts";
import { API_VERSION } from "./transaction.ts";

/** What the account's endpoints show of the stand-in itself. */
export interface Identity {
  secretKey: string;
  startedAt: number;
  webhookUrl(): string | null;
}

/** What is asked about the platform itself: `GET /v1/account` and `GET /v1/webhook_endpoints`. */
export function platformAccountEndpoints(identity: Identity): readonly Endpoint[] {
  const account = {
    id: derivedId("acct", identity.secretKey, 16),
    object: "account",
    business_profile: { name: "Stripe stand-in (test mode)", url: null },
    business_type: null,
    capabilities: { card_payments: "active" },
    charges_enabled: true,
    controller: { type: "account" },
    country: "US",
    created: identity.startedAt,
    default_currency: "usd",
    details_submitted: true,
    email: null,
    metadata: {},
    payouts_enabled: false,
    settings: { dashboard: { display_name: "Stripe stand-in (test mode)", timezone: "Etc/UTC" } },
    type: "standard",
  };
  const webhookEndpoints = () => {
    const url = identity.webhookUrl();
    if (url === null) return [];
    return [
      {
        id: derivedId("we", url, 24),
        object: "webhook_endpoint",
        api_version: API_VERSION,
        application: null,
        created: identity.startedAt,
        description: "Where the Stripe stand-in was told to send its events",
        enabled_events: ["*"],
        livemode: false,
        metadata: {},
        status: "enabled",
        url,
      },
    ];
  };
  return [
    endpoint({
      method: "GET",
      path: "/v1/account",
      params: z.strictObject(expandable),
      run: () => account,
    }),
    endpoint({
      method: "GET",
      path: "/v1/webhook_endpoints",
      params: z.strictObject(page),
      run: ({ params }) => listPage("/v1/webhook_endpoints", webhookEndpoints(), params),
    }),
  ];
}
