import type Stripe from "stripe";

/** The same object with the given expandable fields reduced to what is stored: an id or null. */
type Stored<T, K extends keyof T> = Omit<T, K> & { [P in K]: Extract<T[P], string | null> };

/** A payment intent as it is stored: its references are ids until a caller asks to expand them. */
export type PaymentIntent = Stored<
  Stripe.PaymentIntent,
  "client_secret" | "customer" | "latest_charge" | "payment_method"
>;

/** A setup intent as it is stored. */
export type SetupIntent = Stored<
  Stripe.SetupIntent,
  | "application"
  | "client_secret"
  | "customer"
  | "latest_attempt"
  | "mandate"
  | "on_behalf_of"
  | "payment_method"
  | "single_use_mandate"
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

/** A balance transaction with the connected account that it belongs to; absent: the platform. */
export type StoredBalanceTransaction = BalanceTransaction & { account?: string };

/** A connected account as it is stored. */
export type Account = Omit<Stripe.Account, "external_accounts"> & {
  external_accounts: { object: "list"; data: BankAccount[]; has_more: boolean; url: string };
};

/** A bank account as it is stored. */
export type BankAccount = Stored<Stripe.BankAccount, "account" | "customer">;

/** A transfer as it is stored; its reversals are looked up when it is read. */
export type Transfer = Omit<
  Stored<
    Stripe.Transfer,
    "balance_transaction" | "destination" | "destination_payment" | "source_transaction"
  >,
  "reversals"
>;

/** A transfer reversal as it is stored. */
export type TransferReversal = Stored<
  Stripe.TransferReversal,
  "balance_transaction" | "destination_payment_refund" | "source_refund" | "transfer"
>;

/** A payout as it is stored, with the connected account that it belongs to; null: the platform. */
export type Payout = Stored<
  Stripe.Payout,
  | "application_fee"
  | "balance_transaction"
  | "destination"
  | "failure_balance_transaction"
  | "original_payout"
  | "reversed_by"
> & { account: string | null };

/** A dispute as it is stored; of its balance transactions, the ids. */
export type Dispute = Omit<
  Stored<Stripe.Dispute, "charge" | "payment_intent">,
  "balance_transactions"
> & { balance_transactions: string[] };

/** A payment method as it is stored. */
export type PaymentMethod = Stored<Stripe.PaymentMethod, "customer">;

/** A customer as it is stored. */
export type Customer = Stored<Stripe.Customer, "default_source" | "test_clock">;

/** The kinds of event that the stand-in emits. */
export type EventType =
  | "account.application.deauthorized"
  | "account.external_account.created"
  | "account.updated"
  | "balance.available"
  | "charge.captured"
  | "charge.dispute.closed"
  | "charge.dispute.created"
  | "charge.dispute.funds_reinstated"
  | "charge.dispute.funds_withdrawn"
  | "charge.dispute.updated"
  | "charge.expired"
  | "charge.failed"
  | "charge.refunded"
  | "charge.succeeded"
  | "charge.updated"
  | "customer.created"
  | "customer.deleted"
  | "customer.updated"
  | "payment_intent.amount_capturable_updated"
  | "payment_intent.canceled"
  | "payment_intent.created"
  | "payment_intent.payment_failed"
  | "payment_intent.processing"
  | "payment_intent.requires_action"
  | "payment_intent.succeeded"
  | "payment_method.attached"
  | "payment_method.detached"
  | "payment_method.updated"
  | "payout.canceled"
  | "payout.created"
  | "payout.failed"
  | "payout.paid"
  | "payout.updated"
  | "refund.created"
  | "refund.failed"
  | "refund.updated"
  | "setup_intent.canceled"
  | "setup_intent.created"
  | "setup_intent.requires_action"
  | "setup_intent.setup_failed"
  | "setup_intent.succeeded"
  | "transfer.created"
  | "transfer.reversed"
  | "transfer.updated";

/** An event as it is stored; `pending_webhooks` follows from the deliveries when it is read. */
export interface StoredEvent {
  id: string;
  object: "event";
  /** The connected account that it is about; absent: the platform. */
  account?: string;
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
  payment_intent?: string;
  setup_intent?: string;
}

/** Which test card is behind a payment method, whose id it carries: numbers are never stored. */
export interface UsedTestCard {
  id: string;
  card: string;
  /** The buyer's bank has agreed to later payments without the buyer. */
  set_up?: boolean;
  /** Paid with by nobody's customer, or detached from one: it may not be used again. */
  spent?: boolean;
}

/** An onboarding page of a connected account. The id is the token in its address. */
export interface OnboardingLink {
  id: string;
  account: string;
  expires_at: number;
  refresh_url: string;
  return_url: string;
  used: boolean;
}

/** Tells something of the object whose id it carries, by being there. */
export interface Mark {
  id: string;
}

/** Which end payouts to a bank account come to, whose id it carries: numbers are never stored. */
export interface UsedTestBank {
  id: string;
  failure: string | null;
}

/** How far the clock was turned on. There is one row at most. */
export interface Clock {
  id: "clock";
  offset_ms: number;
}

/** Something that happens by itself later, such as a pending refund that succeeds. */
export interface ScheduledTask {
  id: string;
  due_at_ms: number;
  kind:
    | "open_dispute"
    | "close_dispute"
    | "expire_authorization"
    | "settle_payment"
    | "settle_payout"
    | "settle_refund";
  target: string;
  /** `by_card`: as the test card or the test bank account decides. */
  outcome: "by_card" | "failed" | "lost" | "succeeded" | "won";
}

/** Everything that the stand-in remembers, by table. Every row has an `id`. */
export interface Tables {
  account: Account;
  authentication: Authentication;
  balance_transaction: StoredBalanceTransaction;
  charge: Charge;
  clock: Clock;
  customer: Customer;
  /** Connected accounts that have taken their permission back. */
  deauthorization: Mark;
  deleted_customer: Mark;
  delivery: Delivery;
  dispute: Dispute;
  event: StoredEvent;
  idempotent_reply: IdempotentReply;
  onboarding_link: OnboardingLink;
  payment_intent: PaymentIntent;
  payment_method: PaymentMethod;
  payout: Payout;
  refund: Refund;
  scheduled_task: ScheduledTask;
  setup_intent: SetupIntent;
  transfer: Transfer;
  transfer_reversal: TransferReversal;
  used_test_bank: UsedTestBank;
  used_test_card: UsedTestCard;
}

/** The name of a table. */
export type TableName = keyof Tables;
