// What Stripe would tell of many payments, refunds, disputes, transfers and accounts, for tests.
import Stripe from "stripe";

const firstSecond = 1_700_000_000;

/** What `Math.random` is, repeatably. */
export type Random = () => number;

/** A payment that Stripe is asked for. */
export interface Payment {
  readonly id: string;
  /** In the currency's minor unit. */
  readonly amount: number;
}

/** A part of a payment that goes back. */
export interface Refund {
  readonly id: string;
  /** Which of the payments, counted from zero. */
  readonly payment: number;
  /** In the currency's minor unit. */
  readonly amount: number;
}

/** An object of Stripe's. */
export type Json = Readonly<Record<string, unknown>>;

/** What Stripe tells. */
export interface StripeEvent extends Json {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
}

/** What Stripe tells of all payments, in the order in which it happened. */
export function paymentEvents(payments: readonly Payment[], random: Random): StripeEvent[] {
  return inOrder(
    payments.flatMap((payment, index) => {
      const events: StripeEvent[] = [];
      let second = firstSecond + Math.floor(random() * 1000);
      const add = (type: string, object: Json, id = `evt_p${index}_${events.length}`): void => {
        // Often several things happen within one second.
        second += Math.floor(random() * 3);
        events.push(eventOf(id, type, object, second));
      };
      const intent = (status: string, more: Json = {}): Json => ({
        object: "payment_intent",
        id: `pi_${index}`,
        status,
        amount: payment.amount,
        currency: "usd",
        livemode: false,
        metadata: { lml_payment_intent_id: payment.id },
        ...more,
      });
      const charge = (id: string, status: string): Json => ({
        ...chargeOf(payment, index, id, 0),
        status,
      });
      add("payment_intent.created", intent("requires_payment_method"));
      for (let attempt = Math.floor(random() * 3); attempt > 0; attempt -= 1) {
        if (random() < 0.5) add("payment_intent.requires_action", intent("requires_action"));
        const error = {
          code: "card_declined",
          decline_code: `declined_${attempt}`,
          message: "No.",
        };
        add("charge.failed", charge(`ch_${index}_${attempt}`, "failed"));
        add(
          "payment_intent.payment_failed",
          intent("requires_payment_method", { last_payment_error: error }),
        );
      }
      if (random() < 0.05) add("refund.created", unaskedRefund(index));
      if (random() < 0.05) {
        add("payment_intent.succeeded", intent("succeeded", { amount: payment.amount - 1 }));
      }
      if (random() < 0.05) {
        add("payment_intent.succeeded", intent("succeeded", { currency: "eur" }));
      }
      if (random() < 0.1) {
        add("payment_intent.succeeded", {
          ...intent("succeeded"),
          id: `pi_x${index}`,
          metadata: {},
        });
        add("charge.succeeded", {
          ...charge(`ch_x${index}`, "succeeded"),
          payment_intent: `pi_x${index}`,
        });
        add("customer.created", { object: "customer", id: `cus_${index}` });
      }
      if (random() < 0.5) add("payment_intent.processing", intent("processing"));
      const last = `evt_p${index}_last`;
      if (isPaid(index)) {
        add("charge.succeeded", charge(`ch_${index}`, "succeeded"));
        add(
          "payment_intent.succeeded",
          intent("succeeded", { amount_received: payment.amount }),
          last,
        );
        add("charge.updated", charge(`ch_${index}`, "succeeded"));
      } else if (index % 10 < 9) {
        add("payment_intent.canceled", intent("canceled"), last);
      } else {
        add("payment_intent.requires_action", intent("requires_action"), last);
      }
      return events;
    }),
  );
}

/** What Stripe tells of refunds: some come back from the bank. */
export function refundEvents(
  payments: readonly Payment[],
  refunds: readonly Refund[],
): StripeEvent[] {
  const random = randomOf(2);
  return inOrder(
    refunds.flatMap(({ id, payment, amount }) => {
      const start = firstSecond + 10_000 + Math.floor(random() * 1000);
      const refund = (status: string): Json => ({
        object: "refund",
        id: `re_${payment}`,
        status,
        amount,
        currency: "usd",
        payment_intent: `pi_${payment}`,
        metadata: { lml_refund_id: id },
      });
      const told: (readonly [type: string, object: Json])[] = [
        ["refund.created", refund("pending")],
        ["charge.refunded", chargeOf(payments[payment], payment, `ch_${payment}`, amount)],
        ["refund.updated", refund("succeeded")],
        ...(random() < 0.1
          ? [["refund.updated", { ...refund("succeeded"), amount: amount + 1 }] as const]
          : []),
        ...(random() < 0.2 ? [["refund.failed", refund("failed")] as const] : []),
      ];
      return told.map(([type, object], place) =>
        eventOf(`evt_r${payment}_${place}`, type, object, start + place),
      );
    }),
  );
}

/** Which disputes are told of: of payments as they came, or when refunds of them are under way. */
export type DisputePhase = "early" | "late";

const verdicts = ["won", "lost", "open", "inquiry", "lost after an inquiry"] as const;

/** What Stripe tells of disputes: questions and real ones, of all or of a part, won, lost and left open. */
export function disputeEvents(payments: readonly Payment[], phase: DisputePhase): StripeEvent[] {
  const random = randomOf(phase === "early" ? 4 : 5);
  return inOrder(
    payments.flatMap((payment, index) => {
      const isDisputed = index % 10 < 4 && index % 10 < 2 === (phase === "early");
      if (!isDisputed) return [];
      const verdict = verdicts[Math.floor(index / 10) % verdicts.length] ?? "open";
      const parts = random() < 0.2 ? 2 : 1;
      return Array.from({ length: parts }, (_, part) =>
        eventsOfDispute({
          id: `dp_${index}_${part}`,
          payment: index,
          amount: parts === 2 || index % 2 === 1 ? Math.ceil(payment.amount / 3) : payment.amount,
          verdict,
          start: firstSecond + (phase === "early" ? 2_000 : 11_000) + Math.floor(random() * 1000),
          random,
        }),
      ).flat();
    }),
  );
}

interface Dispute {
  readonly id: string;
  readonly payment: number;
  readonly amount: number;
  readonly verdict: (typeof verdicts)[number];
  readonly start: number;
  readonly random: Random;
}

function eventsOfDispute({ id, payment, amount, verdict, start, random }: Dispute): StripeEvent[] {
  const events: StripeEvent[] = [];
  const movements: Json[] = [];
  let second = start;
  const move = (cents: number, fee: number): void => {
    movements.push({
      id: `txn_${id}_${movements.length}`,
      amount: cents,
      fee,
      currency: "usd",
      created: second,
    });
  };
  const tell = (news: string, status: string, more: Json = {}): void => {
    // Often several things happen within one second.
    second += Math.floor(random() * 2);
    const object = {
      object: "dispute",
      id,
      status,
      amount,
      currency: "usd",
      charge: `ch_${payment}`,
      payment_intent: `pi_${payment}`,
      reason: "fraudulent",
      created: start,
      livemode: false,
      metadata: {},
      balance_transactions: [...movements],
      evidence_details: { due_by: start + 777_600, submission_count: 0 },
      ...more,
    };
    events.push(eventOf(`evt_${id}_${events.length}`, `charge.dispute.${news}`, object, second));
  };
  const withdraw = (): void => {
    move(-amount, 1500);
    tell("funds_withdrawn", "needs_response");
  };
  const isInquiry = verdict.includes("inquiry");
  tell("created", isInquiry ? "warning_needs_response" : "needs_response");
  if (random() < 0.2) tell("updated", "needs_response", { currency: "eur" });
  if (verdict === "inquiry") {
    tell("updated", "warning_under_review");
    tell("closed", "warning_closed");
    return events;
  }
  if (isInquiry) tell("updated", "needs_response");
  withdraw();
  const answered = { evidence_details: { due_by: start + 777_600, submission_count: 1 } };
  if (verdict === "open" || random() < 0.7) tell("updated", "under_review", answered);
  if (verdict === "open") return events;
  if (verdict === "won") move(amount, random() < 0.5 ? -1500 : 0);
  tell("closed", verdict === "won" ? "won" : "lost", answered);
  if (verdict === "won") tell("funds_reinstated", "won", answered);
  return events;
}

/** A payout that is on its way. */
export interface Payout {
  readonly id: string;
  readonly amount: number;
  readonly destination: string;
  /** What we have asked to be taken back of it. */
  readonly reversed: number;
}

/** What Stripe tells of transfers: made, seen with another amount, and taken back, asked or not. */
export function transferEvents(payouts: readonly Payout[], phase: DisputePhase): StripeEvent[] {
  const random = randomOf(phase === "early" ? 6 : 7);
  return inOrder(
    payouts.flatMap(({ id, amount, destination, reversed }, index) => {
      const events: StripeEvent[] = [];
      let second = firstSecond + (phase === "early" ? 0 : 10_000) + Math.floor(random() * 1000);
      const tell = (news: string, back: number, more: Json = {}): void => {
        second += Math.floor(random() * 2);
        const object = {
          object: "transfer",
          id: `tr_${index}`,
          amount,
          amount_reversed: back,
          reversed: back === amount,
          currency: "usd",
          destination,
          balance_transaction: `txn_tr_${index}`,
          transfer_group: `payout_${id}`,
          livemode: false,
          metadata: { lml_payout_id: id },
          ...more,
        };
        const event = `evt_tr${index}_${phase}_${events.length}`;
        events.push(eventOf(event, `transfer.${news}`, object, second));
      };
      if (phase === "late") {
        if (reversed > 0) tell("reversed", reversed);
        if (random() < 0.2) tell("reversed", amount);
        return events;
      }
      if (random() < 0.2) tell("created", 0, { amount: amount + 1 });
      if (random() < 0.2) tell("created", 0, { destination: "acct_of_somebody_else" });
      if (random() < 0.2) tell("created", 0, { id: `tr_x${index}`, metadata: {} });
      // Of some nobody is told, and they stay under way.
      if (index % 5 === 4) return events;
      tell("created", 0);
      tell("updated", 0);
      return events;
    }),
  );
}

/** An account that is paid out to. */
export interface Account {
  readonly id: string;
  readonly stripeId: string;
}

/** What Stripe tells of accounts: opened, restricted, at work again, cut off; and of their own bank's payouts. */
export function accountEvents(accounts: readonly Account[]): StripeEvent[] {
  const random = randomOf(8);
  return inOrder(
    accounts.flatMap(({ id, stripeId }, index) => {
      const events: StripeEvent[] = [];
      let second = firstSecond + Math.floor(random() * 1000);
      const tell = (type: string, object: Json): void => {
        second += Math.floor(random() * 2);
        const event = eventOf(`evt_a${index}_${events.length}`, type, object, second);
        events.push({ ...event, account: stripeId });
      };
      const update = (submitted: boolean, payouts: boolean, due: readonly string[]): void =>
        tell("account.updated", {
          object: "account",
          id: stripeId,
          details_submitted: submitted,
          charges_enabled: payouts,
          payouts_enabled: payouts,
          capabilities: { transfers: payouts ? "active" : "inactive" },
          requirements: { currently_due: due, disabled_reason: null },
          metadata: { lml_stripe_account_id: id },
        });
      update(false, false, ["external_account", "individual.dob"]);
      update(true, false, []);
      update(true, true, []);
      tell("payout.created", { object: "payout", id: `po_${index}`, amount: 100 });
      for (let ups = Math.floor(random() * 3); ups > 0; ups -= 1) {
        update(true, false, ["individual.verification.document"]);
        if (random() < 0.7) update(true, true, []);
      }
      tell("payout.failed", { object: "payout", id: `po_${index}`, amount: 100 });
      if (index % 3 === 0) {
        tell("account.application.deauthorized", { object: "application", id: "ca_ours" });
      }
      return events;
    }),
  );
}

/** Whether a payment is one that ends with money. */
export function isPaid(index: number): boolean {
  return index % 10 < 7;
}

function chargeOf(payment: Payment | undefined, index: number, id: string, refunded: number): Json {
  return {
    object: "charge",
    id,
    status: "succeeded",
    payment_intent: `pi_${index}`,
    amount: payment?.amount ?? 0,
    amount_refunded: refunded,
    currency: "usd",
    livemode: false,
    metadata: {},
  };
}

/** Somebody returned a payment by hand, at Stripe. */
function unaskedRefund(index: number): Json {
  return {
    object: "refund",
    id: `re_by_hand_${index}`,
    status: "succeeded",
    amount: 1,
    currency: "usd",
    payment_intent: `pi_${index}`,
    metadata: {},
  };
}

function eventOf(id: string, type: string, object: Json, created: number): StripeEvent {
  return {
    id,
    object: "event",
    api_version: Stripe.API_VERSION,
    type,
    created,
    livemode: false,
    data: { object },
  };
}

/** Events in the order in which they happened. */
export function inOrder(events: readonly StripeEvent[]): StripeEvent[] {
  return events.toSorted((a, b) => a.created - b.created);
}

/** The same in another order. */
export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** Mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
