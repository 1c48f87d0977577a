import type Stripe from "stripe";

/** The same object with the given expandable fields reduced to what is stored: an id or null. */
type Stored<T, K extends keyof T> = Omit<T, K> & { [P in K]: Extract<T[P], string | null> };

/** A payment intent as it is stored: its references are ids until a caller asks to expand them. */
export type PaymentIntent = Stored<
  Stripe.PaymentIntent,
  "client_secret" | "customer" | "latest_charge" | "payment_method"
>;

/** A charge as it is stored. */
export type Charge = Stored<
  Stripe.Charge,
  "balance_transaction" | "customer" | "failure_balance_transaction" | "payment_intent"
>;

/** A refund as it is stored. */
export type Refund = Stored<
  Stripe.Refund,
  "balance_transaction" | "charge" | "customer" | "payment_intent" | "payment_method"
>;

/** A balance transaction as it is stored; its status follows from the clock when it is read. */
export type BalanceTransaction = Stored<Stripe.BalanceTransaction, "source">;

/** A payment method as it is stored. */
export type PaymentMethod = Stored<Stripe.PaymentMethod, "customer">;

/** A customer as it is stored. */
export type Customer = Stored<Stripe.Customer, "default_source" | "test_clock">;

/** The kinds of event that the stand-in emits. */
export type EventType =
  | "charge.captured"
  | "charge.failed"
  | "charge.refunded"
  | "charge.succeeded"
  | "charge.updated"
  | "customer.created"
  | "payment_intent.amount_capturable_updated"
  | "payment_intent.canceled"
  | "payment_intent.created"
  | "payment_intent.payment_failed"
  | "payment_intent.processing"
  | "payment_intent.requires_action"
  | "payment_intent.succeeded"
  | "refund.created"
  | "refund.failed"
  | "refund.updated";

/** An event as it is stored; `pending_webhooks` follows from the deliveries when it is read. */
export interface StoredEvent {
  id: string;
  object: "event";
  api_version: string;
  created: number;
  data: { object: object; previous_attributes?: Record<string, unknown> };
  livemode: false;
  request: { id: string | null; idempotency_key: string | null };
  type: EventType;
}

/** An event that the webhook endpoint has still to receive. The id is the event's. */
export interface Delivery {
  id: string;
  /** How many more times the event is to arrive: more than 1 when a test asked for duplicates. */
  copies: number;
  attempts: number;
  /** Lost on purpose: never sent unless a test asks for it. */
  dropped: boolean;
}

/** The first reply to an idempotency key, which is the id. */
export interface IdempotentReply {
  id: string;
  fingerprint: string;
  status: number;
  body: string;
  request_id: string;
  at_ms: number;
}

/** A 3-D Secure challenge that waits for its outcome. The id is the token in the page's address. */
export interface Authentication {
  id: string;
  payment_intent: string;
}

/** Which test card is behind a payment method, whose id it carries: numbers are never stored. */
export interface UsedTestCard {
  id: string;
  card: string;
}

/** Something that happens by itself later, such as a pending refund that succeeds. */
export interface ScheduledTask {
  id: string;
  due_at_ms: number;
  kind: "settle_payment" | "settle_refund";
  target: string;
  outcome: "failed" | "succeeded" | "by_card";
}

/** Everything that the stand-in remembers, by table. Every row has an `id`. */
export interface Tables {
  authentication: Authentication;
  balance_transaction: BalanceTransaction;
  charge: Charge;
  customer: Customer;
  delivery: Delivery;
  event: StoredEvent;
  idempotent_reply: IdempotentReply;
  payment_intent: PaymentIntent;
  payment_method: PaymentMethod;
  refund: Refund;
  scheduled_task: ScheduledTask;
  used_test_card: UsedTestCard;
}

/** The name of a table. */
export type TableName = keyof Tables;
