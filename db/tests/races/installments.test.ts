// If this fails, seats, parts of a price, mails and money part ways when two things happen to a booking at once.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome } from "./theatre.ts";

const pay = (booking: string): string => `select tests.pay('${booking}')`;
const followUp = "select app_private.follow_up_installments()";
const count = "select count(*)::integer from app_public.refunds";

/** A booking whose second part is overdue, with no grace left, and an attempt to pay it. */
async function overdue(theatre: Theatre): Promise<string> {
  const seller = await theatre.user("theatre owner");
  await seller.value(`select tests.keep('plan', (app_public.create_payment_plan(
    tests.id('theatre.event'), 'Plan', 1, 50, first_due_days => 7)).id)`);
  const booking = await theatre.hold("b", 1, 1, 2);
  const buyer = await theatre.guest(1);
  await buyer.value(`select (app_public.choose_payment_plan('${booking}', tests.id('plan'))).id`);
  await buyer.value(`select (app_public.start_checkout('${booking}', 'a@example.com')).id`);
  await theatre.owner.query(pay(booking));
  await buyer.value(`select (app_public.open_payment('${booking}')).booking_id`);
  await theatre.owner.query(
    `update app_public.booking_payment_schedule
    set status = 'overdue', overdue_at = now(), due_at = now() - interval '9 days',
      cancel_at = now() - interval '1 day'
    where installment_no = 1`,
  );
  return booking;
}

test("an installment that meets its cancellation is returned", async () => {
  await using theatre = await Theatre.open();
  const booking = await overdue(theatre);
  const outcomes = await meet(
    [await theatre.worker(), followUp],
    [await theatre.worker(), pay(booking)],
  );
  expect(outcomes).toEqual([[1], ["applied"]]);
  expect(await theatre.status(booking)).toBe("canceled");
  expect(
    await theatre.value("select array_agg(amount_cents::integer) from app_public.refunds"),
  ).toEqual([6280]);
  expect(await theatre.broken()).toEqual([]);
});

async function cancellationAgainstInstallment(theatre: Theatre): Promise<[boolean, Outcome]> {
  const booking = await overdue(theatre);
  const [payment, sweep] = [await theatre.worker(), await theatre.worker()];
  await payment.begin();
  await payment.run(pay(booking));
  const swept = sweep.once(followUp);
  const waited = await sweep.waitsBefore(swept);
  await payment.commit();
  return [waited, await swept];
}

test("a cancellation leaves a booking alone whose installment arrives", async () => {
  await using theatre = await Theatre.open();
  expect(await cancellationAgainstInstallment(theatre)).toEqual([false, [0]]);
  expect(await theatre.status(await theatre.value("select tests.id('b')"))).toBe("confirmed");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the booking, tickets are left without their seats", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.follow_up_installments", "for no key update of b skip locked");
  expect(await cancellationAgainstInstallment(theatre)).toEqual([true, [1]]);
  expect(await theatre.broken()).toContain("live_ticket_has_its_seat");
});

/** The rest is paid while whoever paid the deposit is being told of it: what they are mailed in the end. */
async function restAgainstMail(theatre: Theatre): Promise<unknown> {
  const booking = await overdue(theatre);
  const payment = await theatre.worker();
  await payment.begin();
  await payment.run(pay(booking));
  const mail = "select app_private.mail_confirmations(100)";
  await theatre.owner.query(mail);
  await payment.commit();
  await theatre.owner.query(mail);
  return await theatre.value(
    `select array_agg(template order by id) from app_private.outgoing_emails
    where template in ('booking_deposit_paid', 'booking_confirmed')`,
  );
}

test("who pays the rest while their deposit is being confirmed is mailed of their tickets", async () => {
  await using theatre = await Theatre.open();
  expect(await restAgainstMail(theatre)).toEqual(["booking_confirmed"]);
});

test("control: without the lock on the booking, they hear of the deposit alone", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.mail_confirmations", "for share of b skip locked");
  expect(await restAgainstMail(theatre)).toEqual(["booking_deposit_paid"]);
});

test("of a payment and another plan, the plan gives way or the money comes back", async () => {
  await using theatre = await Theatre.open();
  await overdue(theatre);
  const choose = (booking: string): string =>
    `select (app_public.choose_payment_plan('${booking}', tests.id('plan'))).status::text`;
  const first = await theatre.checkOut("first", 2, 3, 4);
  expect(
    await meet([await theatre.worker(), pay(first)], [await theatre.guest(2), choose(first)]),
  ).toEqual([["applied"], "LMBST"]);
  const second = await theatre.checkOut("second", 3, 5, 6);
  const old = await theatre.value<string>("select tests.intent_of($1)", [second]);
  const news = `select app_private.apply_payment_intent(jsonb_build_object(
    'object', 'payment_intent', 'id', 'pi_old', 'status', 'succeeded', 'amount', 12560,
    'currency', 'eur', 'metadata', jsonb_build_object('lml_payment_intent_id', '${old}')), '{}')`;
  expect(
    await meet([await theatre.guest(3), choose(second)], [await theatre.worker(), news]),
  ).toEqual([["pending_payment"], ["applied"]]);
  expect(await theatre.status(second)).toBe("pending_payment");
  expect(await theatre.value(count)).toBe(1);
  expect(await theatre.broken()).toEqual([]);
});

test("two who take the money of one invoice take it once", async () => {
  await using theatre = await Theatre.open();
  const seller = await theatre.user("theatre owner");
  const booking = await seller.value<string>(`select tests.keep('i', (app_public.hold_for_customer(
    tests.id('theatre.performance'), 'i@example.com', seat_ids => tests.seats(1))).id)`);
  await seller.value(`select (app_public.checkout_for_customer('${booking}', 'invoice')).id`);
  const take = `select (app_public.take_payment('${booking}', 'cash')).status::text`;
  expect(await meet([seller, take], [await theatre.user("theatre support"), take])).toEqual([
    ["confirmed"],
    "LMBST",
  ]);
  expect(await theatre.broken()).toEqual([]);
});

test("a mailed link works for one of two who use it at once", async () => {
  await using theatre = await Theatre.open();
  const seller = await theatre.user("theatre owner");
  const booking = await seller.value<string>(`select tests.keep('l', (app_public.hold_for_customer(
    tests.id('theatre.performance'), 'l@example.com', seat_ids => tests.seats(1))).id)`);
  await seller.value(`select (app_public.checkout_for_customer('${booking}', 'link')).id`);
  const token = await theatre.value<string>(
    "select variables ->> 'token' from app_private.outgoing_emails where template = 'payment_link'",
  );
  const claim = `select (app_public.claim_booking('${token}')).booking_channel::text`;
  expect(await meet([await theatre.guest(1), claim], [await theatre.guest(2), claim])).toEqual([
    ["phone"],
    "LMTOK",
  ]);
});

test("of an answer and a buyer who gives up, the first one counts", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query("update app_public.ticket_categories set requires_approval = true");
  const booking = await theatre.checkOut("b", 1, 1);
  const approve = `select (app_public.approve_booking('${booking}')).status::text`;
  const cancel = `select (app_public.cancel_booking('${booking}')).status::text`;
  expect(
    await meet([await theatre.guest(1), cancel], [await theatre.user("theatre owner"), approve]),
  ).toEqual([["canceled"], "LMBST"]);
  const other = await theatre.checkOut("c", 2, 2);
  await theatre.runOut(other);
  expect(
    await meet(
      [await theatre.worker(), "select app_private.expire_bookings()"],
      [
        await theatre.user("theatre support"),
        `select (app_public.approve_booking('${other}')).status::text`,
      ],
    ),
  ).toEqual([[1], "LMBST"]);
  expect(await theatre.broken()).toEqual([]);
});

/** What becomes of a late payment for a seat that was sold again, for each order of its news. */
async function everyOrder(theatre: Theatre): Promise<Map<string, Outcome>> {
  const booking = await theatre.checkOut("b", 1, 1);
  await theatre.runOut(booking);
  await theatre.sell("other", 2, 1);
  const says = (status: string, id = status): string =>
    `select tests.stripe_says('${booking}', '${status}', 'evt_${id}')`;
  const news = [
    says("processing"),
    says("canceled"),
    says("succeeded"),
    says("succeeded", "again"),
    "select app_private.expire_bookings()",
  ];
  const worker = await theatre.worker();
  const outcomes = new Map<string, Outcome>();
  for (const order of permutations(news)) {
    await worker.begin();
    let outcome: Outcome = [];
    for (const each of order) {
      outcome = await worker.run(each);
      if (typeof outcome === "string") break;
    }
    if (typeof outcome !== "string") {
      outcome = await worker.run(
        `select tests.status('${booking}'), tests.status(tests.id('other')),
          (select sum(amount_cents)::integer from app_public.refunds
            where booking_id = '${booking}'),
          (select count(*)::integer from app_public.check_invariants())`,
      );
    }
    outcomes.set(order.join("; "), outcome);
    await worker.rollback();
  }
  return outcomes;
}

test("a late payment for a seat that was sold again comes back once, in every order of the news", async () => {
  await using theatre = await Theatre.open();
  const outcomes = await everyOrder(theatre);
  expect(outcomes.size).toBe(120);
  for (const [order, outcome] of outcomes) {
    expect(outcome, order).toEqual(["expired", "confirmed", 6280, 0]);
  }
}, 60_000);

async function deaf(theatre: Theatre): Promise<void> {
  await theatre.weaken(
    "app_private.apply_payment_intent",
    "if v_intent.status = 'succeeded' then",
    "if false then",
  );
}

test("control: without asking whether it has arrived, a constraint stops what is told again", async () => {
  await using theatre = await Theatre.open();
  await deaf(theatre);
  expect([...(await everyOrder(theatre)).values()]).toContain("23514");
}, 60_000);

test("control: without the constraints either, it comes back twice", async () => {
  await using theatre = await Theatre.open();
  await deaf(theatre);
  await theatre.owner.query(`
    alter table app_public.payment_intents
      drop constraint payment_intents_refunds_are_within_what_was_received;
    drop index app_public.refunds_late_payment_is_returned_once`);
  const returned = [...(await everyOrder(theatre)).values()].map((outcome) => outcome[2]);
  expect(returned).toContain(2 * 6280);
}, 60_000);

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}
