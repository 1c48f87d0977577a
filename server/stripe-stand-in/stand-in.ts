import { accountLinkEndpoints } from "./account-links.ts";
import { accountEndpoints } from "./accounts.ts";
import { balanceTransactionEndpoints } from "./balance-transactions.ts";
import { chargeEndpoints } from "./charges.ts";
import { StandInControl } from "./control.ts";
import { customerEndpoints } from "./customers.ts";
import { WebhookDeliveries } from "./deliveries.ts";
import { disputeEndpoints } from "./disputes.ts";
import { eventEndpoints } from "./events.ts";
import { Faults } from "./faults.ts";
import { Gateway } from "./gateway.ts";
import { isForgotten } from "./idempotency.ts";
import { FileJournal, type Journal, NO_JOURNAL } from "./journal.ts";
import { paymentIntentEndpoints } from "./payment-intents.ts";
import { paymentMethodEndpoints } from "./payment-methods.ts";
import { payoutEndpoints } from "./payouts.ts";
import { platformAccountEndpoints } from "./platform-account.ts";
import { refundEndpoints } from "./refunds.ts";
import { Schedule } from "./schedule.ts";
import { setupIntentEndpoints } from "./setup-intents.ts";
import { State } from "./state.ts";
import { type Change, Store } from "./store.ts";
import type { World } from "./transaction.ts";
import { transferEndpoints } from "./transfers.ts";

/** How to start a stand-in. */
export interface StripeStandInOptions {
  /** 0 takes any free port. 3-D Secure addresses carry it, so keep it the same over restarts. */
  port: number;
  /** Default: 127.0.0.1. */
  host?: string;
  /** The file that keeps the state; without it everything is forgotten at the end. */
  journal?: string;
  /** Must begin with `sk_test_`: a live key has no business here. */
  secretKey: string;
  /** Must begin with `pk_test_`. */
  publishableKey: string;
  /** Where events go; null keeps them to be listed only. */
  webhookUrl: string | null;
  /** What events are signed with, `whsec_...`. */
  webhookSecret: string;
  /** The clock, in milliseconds. Default: the real one. */
  now?: () => number;
  /** The wait after a first failed delivery; it doubles from there. Default: 500. */
  retryBaseMs?: number;
  /** The longest wait between two deliveries. Default: 60,000. */
  retryMaxMs?: number;
  /** How long a receiver may take to answer. Default: 10,000. */
  webhookTimeoutMs?: number;
  /** How long refunds of the asynchronous test cards take. Default: 1,000. */
  settleAfterMs?: number;
  /** The journal is compacted at the start when it is larger. Default: 16 MiB. */
  compactAboveBytes?: number;
}

/** A running stand-in. */
export interface StripeStandIn extends AsyncDisposable {
  /** For example `http://127.0.0.1:4242`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Makes it misbehave on demand, and tells what it is doing. */
  readonly control: StandInControl;
  /** Stops it; undelivered events go out after the next start with the same journal. */
  close(): Promise<void>;
}

const EVENTS_KEPT_SECONDS = 30 * 24 * 60 * 60;

function requireTestMode({ secretKey, publishableKey, webhookSecret }: StripeStandInOptions): void {
  if (!secretKey.startsWith("sk_test_") || !publishableKey.startsWith("pk_test_")) {
    throw new Error("The Stripe stand-in takes only test keys: sk_test_... and pk_test_...");
  }
  if (webhookSecret === "") throw new Error("The Stripe stand-in needs a webhook secret");
}

/** Removes what nobody can ask for any more: old keys, and delivered events as old as at Stripe. */
function prune(store: Store, now: number): void {
  const removals: Change[] = [];
  for (const reply of store.values("idempotent_reply")) {
    if (isForgotten(reply, now)) removals.push({ remove: "idempotent_reply", id: reply.id });
  }
  for (const event of store.values("event")) {
    const old = now / 1000 - event.created > EVENTS_KEPT_SECONDS;
    if (old && store.get("delivery", event.id) === undefined) {
      removals.push({ remove: "event", id: event.id });
    }
  }
  store.apply(removals);
}

/** All but those of the account itself. */
const endpoints = [
  ...paymentIntentEndpoints,
  ...paymentMethodEndpoints,
  ...chargeEndpoints,
  ...refundEndpoints,
  ...balanceTransactionEndpoints,
  ...customerEndpoints,
  ...eventEndpoints,
  ...setupIntentEndpoints,
  ...accountEndpoints,
  ...accountLinkEndpoints,
  ...transferEndpoints,
  ...payoutEndpoints,
  ...disputeEndpoints,
];

/**
 * Starts the built-in Stripe stand-in: enough of Stripe's HTTP API for the official `stripe`
 * package, in test mode, without an account and without the network.
 *
 * ```ts
 * const standIn = await startStripeStandIn({
 *   port: 0,
 *   secretKey: "sk_test_demo",
 *   publishableKey: "pk_test_demo",
 *   webhookUrl: "http://127.0.0.1:4000/stripe/webhook",
 *   webhookSecret: "whsec_demo",
 *   journal: ".lml/stripe-stand-in.jsonl",
 * });
 * const { host, port } = standIn;
 * const stripe = new Stripe("sk_test_demo", { host, port, protocol: "http" });
 * ```
 *
 * It knows payment intents (automatic and manual capture, 3-D Secure), setup intents, customers and
 * their payment methods, charges, refunds, disputes, connected accounts with transfers and payouts,
 * balances and their transactions, events, the account and its webhook endpoint; idempotency keys; Stripe's documented test cards by number and by name; errors with Stripe's
 * types, codes and statuses. A browser may retrieve and confirm a payment intent, and create a
 * payment method, with the publishable key and the client secret.
 *
 * Fees are 2.9 % plus 30 of the minor unit. Confirmed payments end at once unless the card or
 * `control.processing` says otherwise. Signed events go to `webhookUrl` until it answers 2xx: at
 * least once, in no promised order, and also after a restart.
 *
 * With a `journal` a reply leaves only after its changes are on the disk. The file holds test data
 * only: no card numbers, and no keys. It belongs to one running stand-in at a time.
 */
export async function startStripeStandIn(options: StripeStandInOptions): Promise<StripeStandIn> {
  requireTestMode(options);
  const host = options.host ?? "127.0.0.1";
  const store = new Store();
  const realNow = options.now ?? Date.now;
  const now = () => realNow() + (store.get("clock", "clock")?.offset_ms ?? 0);
  const journal: Journal =
    options.journal === undefined
      ? NO_JOURNAL
      : new FileJournal({
          path: options.journal,
          compactAboveBytes: options.compactAboveBytes ?? 16 * 1024 * 1024,
          prune: () => prune(store, now()),
        });
  const ready = Promise.withResolvers<void>();
  // Requests that wait for it hear of a failure; without any, nobody is there to hear it.
  ready.promise.catch(() => {});

  let url = "";
  const faults = new Faults();
  const world: World = {
    now,
    url: () => url,
    planDelivery: (type) => deliveries.plan(type),
    processingMs: () => faults.processingMs,
    searchLagSeconds: () => faults.searchLagSeconds,
    settleAfterMs: options.settleAfterMs ?? 1_000,
  };
  const state = new State(store, journal, world, (changes) => {
    const puts = changes.filter((change) => "put" in change);
    deliveries.accept(puts.flatMap((change) => (change.put === "delivery" ? [change.value] : [])));
    for (const change of puts) if (change.put === "scheduled_task") schedule.arm(change.value);
  });
  const schedule = new Schedule(state);
  const deliveries = new WebhookDeliveries(state, options.webhookUrl, options.webhookSecret, {
    retryBaseMs: options.retryBaseMs ?? 500,
    retryMaxMs: options.retryMaxMs ?? 60_000,
    timeoutMs: options.webhookTimeoutMs ?? 10_000,
  });
  const control = new StandInControl(state, deliveries, faults, schedule);
  const { app } = new Gateway({
    control,
    endpoints: [
      ...endpoints,
      ...platformAccountEndpoints({
        secretKey: options.secretKey,
        startedAt: Math.floor(now() / 1000),
        webhookUrl: () => deliveries.url,
      }),
    ],
    faults,
    publishableKey: options.publishableKey,
    ready: ready.promise,
    secretKey: options.secretKey,
    state,
  });

  // The port comes first: whoever holds it may be writing to the same journal.
  url = await app.listen({ host, port: options.port });
  try {
    await journal.open(store);
  } catch (error) {
    ready.reject(error);
    await app.close();
    await journal.close();
    throw error;
  }
  ready.resolve();
  schedule.resume();
  deliveries.resume();

  let closing: Promise<void> | null = null;
  const close = async () => {
    await app.close();
    await schedule.close();
    await deliveries.close();
    await journal.close();
  };
  const standIn: StripeStandIn = {
    url,
    host,
    port: Number(new URL(url).port),
    control,
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => standIn.close(),
  };
  return standIn;
}
