// If this fails, two reviewers decide the same thing twice, or a buyer pays for what was rejected.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome } from "./theatre.ts";

const approve = "select (app_public.approve_fraud_review(tests.id('b'))).status::text";
const reject = "select (app_public.reject_fraud_review(tests.id('b'))).status::text";
const confirmAlert =
  "select (app_public.resolve_fraud_alert(tests.id('alert'), 'confirmed')).status::text";
const dismissAlert =
  "select (app_public.resolve_fraud_alert(tests.id('alert'), 'false_positive')).status::text";

/** A booking under review, called b, and its alert. */
async function underReview(): Promise<Theatre> {
  const theatre = await Theatre.open();
  await theatre.owner.query(
    `insert into app_public.fraud_detection_rules (
      organization_id, rule_name, rule_type, severity, action, amount_cents, amount_currency
    )
    values (tests.id('theatre.organization'), 'look', 'amount', 'high', 'review', 1, 'EUR')`,
  );
  const booking = await theatre.checkOut("b", 1, 1, 2);
  expect(await theatre.status(booking)).toBe("fraud_hold");
  await theatre.owner.query("select tests.keep('alert', id) from app_public.fraud_alerts");
  return theatre;
}

async function twoReviewers(theatre: Theatre, first: string, second: string): Promise<Outcome[]> {
  return await meet(
    [await theatre.user("theatre owner"), first],
    [await theatre.user("theatre admin"), second],
  );
}

async function judgments(theatre: Theatre): Promise<number> {
  return await theatre.value<number>(
    "select true_positives + false_positives from app_public.fraud_detection_rules where rule_name = 'look'",
  );
}

test.for([
  [approve, reject, "pending_payment"],
  [reject, approve, "canceled"],
  [approve, approve, "pending_payment"],
] as const)("of two reviewers, the first decides: %s", async ([first, second, status]) => {
  await using theatre = await underReview();
  expect(await twoReviewers(theatre, first, second)).toEqual([[status], "LMBST"]);
  expect(await judgments(theatre)).toBe(1);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the booking, both do", async () => {
  await using theatre = await underReview();
  await theatre.weaken("app_private.lock_fraud_review", "for no key update");
  expect(await twoReviewers(theatre, approve, reject)).toEqual([["pending_payment"], ["canceled"]]);
});

test("of two who close an alert, the first does", async () => {
  await using theatre = await underReview();
  expect(await twoReviewers(theatre, confirmAlert, dismissAlert)).toEqual([["resolved"], "LMALC"]);
  expect(await judgments(theatre)).toBe(1);
});

test("control: without the lock on the alert, it counts twice", async () => {
  await using theatre = await underReview();
  await theatre.weaken("app_private.lock_fraud_alert", "for no key update");
  expect(await twoReviewers(theatre, confirmAlert, dismissAlert)).toEqual([
    ["resolved"],
    ["dismissed"],
  ]);
  expect(await judgments(theatre)).toBe(2);
});

test("a buyer who gives up while it is approved pays nothing", async () => {
  await using theatre = await underReview();
  const outcomes = await meet(
    [await theatre.user("theatre owner"), approve],
    [await theatre.guest(1), "select (app_public.cancel_booking(tests.id('b'))).status::text"],
  );
  expect(outcomes).toEqual([["pending_payment"], ["canceled"]]);
  expect(await theatre.value("select status::text from app_public.payment_intents")).toBe(
    "canceled",
  );
  expect(await theatre.broken()).toEqual([]);
});

/** An event that is created while a rule that asks at holds is being made. */
async function newEventAgainstRule(theatre: Theatre): Promise<Outcome> {
  await theatre.value("select tests.user_id('theatre owner')");
  await meet(
    [
      await theatre.user("theatre owner"),
      `select (app_public.create_fraud_rule('grab', 'seat_hoarding', 'low', 'block',
        tests.id('theatre.organization'), 4, 60, stage => 'hold')).id`,
    ],
    [
      await theatre.user("theatre manager"),
      `select (app_public.create_event(tests.id('theatre.organization'), tests.id('theatre.venue'),
        'New', 'new')).id`,
    ],
  );
  return await theatre.value("select screens_holds from app_public.events where slug = 'new'");
}

test("an event that is created while a rule is made knows of it", async () => {
  await using theatre = await Theatre.open();
  expect(await newEventAgainstRule(theatre)).toBe(true);
});

test("control: without waiting for the organization, it does not", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_hidden.tg_events__screen_holds", "for key share", "");
  expect(await newEventAgainstRule(theatre)).toBe(false);
});
