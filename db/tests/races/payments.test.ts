// If this fails, money and seats part ways when a payment meets a cancellation, a sweep, or another payment.
import { expect, test } from "vitest";
import { holdOf, meet, Theatre, type Outcome } from "./theatre.ts";

const cancel = (booking: string): string =>
  `select (app_public.cancel_booking('${booking}')).status::text`;
const pay = (booking: string): string => `select tests.pay('${booking}')`;

test("a payment that meets the buyer's cancellation is returned", async () => {
  await using theatre = await Theatre.open();
  const booking = await theatre.checkOut("b", 1, 1, 2);
  const outcomes = await meet(
    [await theatre.guest(1), cancel(booking)],
    [await theatre.worker(), pay(booking)],
  );
  expect(outcomes).toEqual([["canceled"], ["applied"]]);
  expect(await theatre.status(booking)).toBe("canceled");
  expect(await theatre.value("select sum(amount_cents)::integer from app_public.refunds")).toBe(
    12_560,
  );
  expect(await theatre.broken()).toEqual([]);
});

async function cancellationAgainstPayment(theatre: Theatre): Promise<Outcome | undefined> {
  const booking = await theatre.checkOut("b", 1, 1, 2);
  const [, outcome] = await meet(
    [await theatre.worker(), pay(booking)],
    [await theatre.guest(1), cancel(booking)],
  );
  return outcome;
}

test("a cancellation that meets the payment comes too late", async () => {
  await using theatre = await Theatre.open();
  expect(await cancellationAgainstPayment(theatre)).toBe("LMRGT");
  expect(await theatre.status(await theatre.value("select tests.id('b')"))).toBe("confirmed");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the booking, it takes the seats of valid tickets", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.lock_booking", "for no key update");
  expect(await cancellationAgainstPayment(theatre)).toEqual(["canceled"]);
  expect(await theatre.broken()).toContain("live_ticket_has_its_seat");
});

async function sweepAgainstPayment(theatre: Theatre): Promise<Outcome> {
  const booking = await theatre.checkOut("b", 1, 1, 2);
  await theatre.runOut(booking);
  const [payment, sweep] = [await theatre.worker(), await theatre.worker()];
  await payment.begin();
  await payment.run(pay(booking));
  const swept = sweep.once("select app_private.expire_bookings()");
  const waited = await sweep.waitsBefore(swept);
  await payment.commit();
  return [waited, ...(await swept)];
}

test("a sweep leaves a booking alone that is being paid", async () => {
  await using theatre = await Theatre.open();
  expect(await sweepAgainstPayment(theatre)).toEqual([false, 0]);
  expect(await theatre.status(await theatre.value("select tests.id('b')"))).toBe("confirmed");
  expect(await theatre.broken()).toEqual([]);
});

test("control: without skipping, it waits for the payment and then tries to end what is paid", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.expire_bookings", "for no key update skip locked");
  expect(await sweepAgainstPayment(theatre)).toEqual([true, ..."LMTRN"]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the status machine either, a paid booking expires", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.expire_bookings", "for no key update skip locked");
  await theatre.owner.query("alter table app_public.bookings disable trigger _200_check_status");
  expect(await sweepAgainstPayment(theatre)).toEqual([true, 1]);
  expect(await theatre.broken()).toContain("live_ticket_has_its_seat");
});

test("a payment that meets the sweep takes its seats again", async () => {
  await using theatre = await Theatre.open();
  const booking = await theatre.checkOut("b", 1, 1, 2);
  await theatre.runOut(booking);
  const outcomes = await meet(
    [await theatre.worker(), "select app_private.expire_bookings()"],
    [await theatre.worker(), pay(booking)],
  );
  expect(outcomes).toEqual([[1], ["applied"]]);
  expect(await theatre.status(booking)).toBe("confirmed");
  expect(await theatre.broken()).toEqual([]);
});

async function latePaymentAgainstHold(theatre: Theatre): Promise<Outcome | undefined> {
  const booking = await theatre.checkOut("b", 1, 1, 2);
  await theatre.runOut(booking);
  const [, outcome] = await meet(
    [await theatre.worker(), pay(booking)],
    [await theatre.guest(2), `select ${holdOf([2, 3])}`],
  );
  return outcome;
}

test("a late payment and a new buyer do not both get the seat", async () => {
  await using theatre = await Theatre.open();
  expect(await latePaymentAgainstHold(theatre)).toBe("LMTKN");
  expect(await theatre.broken()).toEqual([]);
});

async function twoLatePayments(theatre: Theatre): Promise<Outcome[]> {
  // The accounts of the books are there already, so that only the seats are what the two meet at.
  await theatre.sell("before", 9, 10);
  const first = await theatre.checkOut("first", 1, 1, 2);
  await theatre.runOut(first);
  const second = await theatre.checkOut("second", 2, 2, 3);
  await theatre.runOut(second);
  return await meet([await theatre.worker(), pay(first)], [await theatre.worker(), pay(second)]);
}

test("of two late payments for one seat, one has it, and one is returned", async () => {
  await using theatre = await Theatre.open();
  expect(await twoLatePayments(theatre)).toEqual([["applied"], ["applied"]]);
  expect(await theatre.status(await theatre.value("select tests.id('first')"))).toBe("confirmed");
  expect(await theatre.status(await theatre.value("select tests.id('second')"))).toBe("expired");
  expect(
    await theatre.value(
      "select count(*)::integer from app_public.refunds where amount_cents = 12560",
    ),
  ).toBe(1);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without locking the seats first, the ticket's index has to stop it", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.book_seats", "for no key update");
  expect((await twoLatePayments(theatre))[1]).toBe("23505");
});

test("control: without that either, a seat is sold twice", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.book_seats", "for no key update");
  await theatre.owner.query("drop index app_public.tickets_one_is_live_per_seat");
  expect((await twoLatePayments(theatre))[1]).toEqual(["applied"]);
  expect(await theatre.broken()).toContain("live_ticket_has_its_seat");
});

/** The same late payment for a seat that was sold again is told twice at once: what is returned. */
async function newsTwice(theatre: Theatre): Promise<{ outcomes: Outcome[]; refunds: number }> {
  const booking = await theatre.checkOut("b", 1, 1);
  await theatre.runOut(booking);
  await theatre.sell("other", 2, 1);
  const worker = await theatre.worker();
  return {
    outcomes: await meet([worker, pay(booking)], [await theatre.worker(), pay(booking)]),
    refunds: await worker.value("select count(*)::integer from app_public.refunds"),
  };
}

test("the news of one payment, twice at the same moment, is applied once", async () => {
  await using theatre = await Theatre.open();
  expect(await newsTwice(theatre)).toEqual({ outcomes: [["applied"], ["applied"]], refunds: 1 });
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the payment, the constraint refuses the second refund", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.lock_payment", "for no key update");
  expect((await newsTwice(theatre)).outcomes[1]).toMatch(/^23/);
});

async function twoRefunds(theatre: Theatre): Promise<Outcome | undefined> {
  const booking = await theatre.sell("b", 1, 1);
  const refund = `select app_private.queue_refund(p, 4000, 'customer_request')
    from app_public.payment_intents as p where p.booking_id = '${booking}'`;
  const [, outcome] = await meet(
    [await theatre.worker(), refund],
    [await theatre.worker(), refund],
  );
  return outcome;
}

const refunded = "select refunded_cents > received_cents from app_public.payment_intents";

test("two refunds at the same moment do not return more than was paid", async () => {
  await using theatre = await Theatre.open();
  expect(await twoRefunds(theatre)).toBe("23514");
  expect(await theatre.value(refunded)).toBe(false);
});

test("control: without the check they do", async () => {
  await using theatre = await Theatre.open();
  await theatre.owner.query(
    "alter table app_public.payment_intents drop constraint payment_intents_refunds_are_within_what_was_received",
  );
  expect(await twoRefunds(theatre)).toHaveLength(1);
  expect(await theatre.value(refunded)).toBe(true);
});

async function twoCancellations(theatre: Theatre): Promise<Outcome[]> {
  const booking = await theatre.sell("b", 1, 1);
  return await meet(
    [await theatre.user("theatre support"), cancel(booking)],
    [await theatre.user("theatre owner"), cancel(booking)],
  );
}

const refundCount = "select count(*)::integer from app_public.refunds";

test("two members of staff cancel one booking, which is returned once", async () => {
  await using theatre = await Theatre.open();
  expect(await twoCancellations(theatre)).toEqual([["canceled"], "LMBST"]);
  expect(await theatre.value(refundCount)).toBe(1);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the booking, the index of returned tickets has to stop the second one", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.lock_booking", "for no key update");
  expect((await twoCancellations(theatre))[1]).toBe("23505");
});

async function twoSweeps(theatre: Theatre): Promise<[boolean, Outcome]> {
  for (let n = 1; n <= 6; n += 1) await theatre.runOut(await theatre.hold(`b${n}`, n, n));
  const [first, second] = [await theatre.worker(), await theatre.worker()];
  await first.begin();
  expect(await first.run("select app_private.expire_bookings(4)")).toEqual([4]);
  const other = second.once("select app_private.expire_bookings()");
  const waited = await second.waitsBefore(other);
  await first.commit();
  return [waited, await other];
}

test("two sweeps share the work, and neither waits", async () => {
  await using theatre = await Theatre.open();
  expect(await twoSweeps(theatre)).toEqual([false, [2]]);
  expect(
    await theatre.value(
      "select count(*)::integer from app_public.booking_state_transitions where to_status = 'expired'",
    ),
  ).toBe(6);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without skipping, one waits for the other", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.expire_bookings", "skip locked");
  expect((await twoSweeps(theatre))[0]).toBe(true);
  expect(await theatre.broken()).toEqual([]);
});

test("a sweep leaves a seat to who is taking it over", async () => {
  await using theatre = await Theatre.open();
  const booking = await theatre.hold("b", 1, 1, 2);
  await theatre.runOut(booking);
  const [buyer, sweep] = [await theatre.guest(2), await theatre.worker()];
  await buyer.begin();
  await buyer.run(`select ${holdOf([2])}`);
  expect(await sweep.once("select app_private.expire_bookings()")).toEqual([1]);
  await buyer.commit();
  expect(await theatre.value("select tests.seat_status(tests.id('theatre.performance'), 2)")).toBe(
    "locked",
  );
  expect(await theatre.broken()).toEqual([]);
});

/** A payment comes late while a performance, and then its bookings, are locked, as by whoever gives it another plan. */
async function lateAgainstMove(theatre: Theatre): Promise<Outcome[]> {
  const booking = await theatre.checkOut("late", 1, 1);
  await theatre.runOut(booking);
  const [move, payment] = [await theatre.worker(), await theatre.worker()];
  await move.begin();
  await move.run("select from app_public.performances for no key update");
  const paid = payment.once(`select tests.pay('${booking}')`);
  await payment.waits();
  const moved = await move.run(
    "select app_private.lock_for_move(p) is null from app_public.performances as p",
  );
  await (typeof moved === "string" ? move.rollback() : move.commit());
  return [moved, await paid, [await theatre.status(booking)]];
}

test("a late payment and a performance that moves do not block each other for ever", async () => {
  await using theatre = await Theatre.open();
  expect(await lateAgainstMove(theatre)).toEqual([[false], ["applied"], ["confirmed"]]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: with the booking before the performance, they do", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken("app_private.apply_payment_intent", "for share of p");
  expect(await lateAgainstMove(theatre)).toContain("40P01");
});
