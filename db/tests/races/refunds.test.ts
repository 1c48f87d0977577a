// If this fails, money goes back twice, or for a ticket with which somebody is inside.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome } from "./theatre.ts";

/** A booking of four seats, paid for, with terms under which everything is taken back. */
async function withBooking(): Promise<{ theatre: Theatre; booking: string; tickets: string[] }> {
  const theatre = await Theatre.open();
  const owner = await theatre.user("theatre owner");
  await owner.value(
    `select (app_public.set_cancellation_policy(
      tests.id('theatre.organization'), '{0}', '{100}', null, true, true
    )).id`,
  );
  const booking = await theatre.sell("b", 1, 1, 2, 3, 4);
  const tickets = await theatre.value<string[]>(
    "select array_agg(id::text order by seat_no) from app_public.tickets",
  );
  return { theatre, booking, tickets };
}

const back = (booking: string, ...tickets: string[]): string =>
  `select (app_public.return_tickets('${booking}', '{${tickets.join(",")}}')).refunded_cents::text`;
const amount = (booking: string, cents: number): string =>
  `select (app_public.refund_booking_amount('${booking}', ${cents}, 'x')).status::text`;
const refunds = "select coalesce(sum(amount_cents), 0)::integer from app_public.refunds";

async function twoReturns(theatre: Theatre, booking: string, ticket: string): Promise<Outcome[]> {
  return await meet(
    [await theatre.guest(1), back(booking, ticket)],
    [await theatre.guest(1), back(booking, ticket)],
  );
}

test("of two returns of one ticket, one is", async () => {
  const { theatre, booking, tickets } = await withBooking();
  await using _ = theatre;
  expect(await twoReturns(theatre, booking, tickets[0] ?? "")).toEqual([["6280"], "LMTVD"]);
  expect(await theatre.value(refunds)).toBe(6280);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the booking, the lock on the ticket stops it", async () => {
  const { theatre, booking, tickets } = await withBooking();
  await using _ = theatre;
  await theatre.weaken("app_private.lock_booking", "for no key update");
  expect((await twoReturns(theatre, booking, tickets[0] ?? ""))[1]).toBe("LMTVD");
  expect(await theatre.value(refunds)).toBe(6280);
});

async function unguarded(theatre: Theatre): Promise<void> {
  await theatre.weaken("app_private.lock_booking", "for no key update");
  await theatre.weaken(
    "app_private.lock_tickets_to_return",
    "perform app_private.require_valid_ticket(v_ticket);",
  );
  await theatre.weaken("app_private.require_not_handed_on", "and t.status = 'valid'");
  await theatre.weaken("app_private.require_not_handed_on", "for no key update");
  await theatre.weaken("app_private.lock_tickets_to_return", "for no key update");
  await theatre.weaken("app_private.parts_to_return", "where u.is_live");
  // What was returned already is not looked at either.
  await theatre.weaken("app_private.refund_units", "- r.price,", ",");
  await theatre.weaken("app_private.refund_units", "- r.service_fee,", ",");
  await theatre.weaken("app_private.refund_units", "- r.processing_fee,", ",");
  await theatre.weaken("app_private.refund_units", "- r.tax,", ",");
  await theatre.weaken("app_private.refund_units", "- r.commission", "");
}

test("control: without any lock, the table refuses the second one", async () => {
  const { theatre, booking, tickets } = await withBooking();
  await using _ = theatre;
  await unguarded(theatre);
  expect((await twoReturns(theatre, booking, tickets[0] ?? ""))[1]).toBe("23505");
});

test("control: without its constraints either, one ticket is paid for twice", async () => {
  const { theatre, booking, tickets } = await withBooking();
  await using _ = theatre;
  await unguarded(theatre);
  await theatre.owner.query("drop index app_public.refund_items_ticket_is_returned_once");
  await theatre.owner.query(
    "alter table app_public.tickets drop constraint tickets_refunds_are_within_what_was_paid",
  );
  expect((await twoReturns(theatre, booking, tickets[0] ?? ""))[1]).toEqual(["12560"]);
  expect(await theatre.value(refunds)).toBe(12_560);
});

test("returns of two tickets are both made, and each is worth itself", async () => {
  const { theatre, booking, tickets } = await withBooking();
  await using _ = theatre;
  const outcomes = await meet(
    [await theatre.guest(1), back(booking, tickets[0] ?? "")],
    [await theatre.guest(1), back(booking, tickets[1] ?? "")],
  );
  expect(outcomes).toEqual([["6280"], ["12560"]]);
  expect(await theatre.value(refunds)).toBe(12_560);
  expect(await theatre.broken()).toEqual([]);
});

async function twoAdmins(theatre: Theatre, booking: string): Promise<Outcome[]> {
  return await meet(
    [await theatre.user("theatre owner"), amount(booking, 20_000)],
    [await theatre.user("theatre admin"), amount(booking, 20_000)],
  );
}

test("two admins do not return more than was received", async () => {
  const { theatre, booking } = await withBooking();
  await using _ = theatre;
  expect(await twoAdmins(theatre, booking)).toEqual([["approved"], "LMRFX"]);
  expect(await theatre.value(refunds)).toBe(20_000);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the booking, a constraint stops the second one", async () => {
  const { theatre, booking } = await withBooking();
  await using _ = theatre;
  await theatre.weaken("app_private.lock_booking", "for no key update");
  expect((await twoAdmins(theatre, booking))[1]).toBe("LMINP");
  expect(await theatre.value(refunds)).toBe(20_000);
});

/** One approves a request while another one declines it. */
async function twoDecisions(theatre: Theatre, booking: string): Promise<Outcome[]> {
  const owner = await theatre.user("theatre owner");
  await owner.value(
    "select (app_public.set_refund_approval(tests.id('theatre.organization'), 0)).organization_id",
  );
  const manager = await theatre.user("theatre manager");
  const request = await manager.value<string>(
    `select (app_public.refund_booking_amount('${booking}', 5000, 'x')).id`,
  );
  return await meet(
    [
      await theatre.user("theatre admin"),
      `select (app_public.approve_refund('${request}')).status`,
    ],
    [
      await theatre.user("theatre owner"),
      `select (app_public.decline_refund('${request}')).status`,
    ],
  );
}

test("two people decide about one request, and the first word counts", async () => {
  const { theatre, booking } = await withBooking();
  await using _ = theatre;
  expect(await twoDecisions(theatre, booking)).toEqual([["approved"], "LMRFD"]);
  expect(await theatre.value(refunds)).toBe(5000);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the locks, it is declined and paid", async () => {
  const { theatre, booking } = await withBooking();
  await using _ = theatre;
  await theatre.weaken("app_private.lock_refund_request", "for no key update");
  expect(await twoDecisions(theatre, booking)).toEqual([["approved"], ["declined"]]);
  expect(await theatre.value(refunds)).toBe(5000);
});

const scan = (credential: string): string =>
  `select (app_public.scan_ticket(tests.id('theatre.performance'), '${credential}')).result::text`;

test("somebody who came in with one ticket of four does not get it back", async () => {
  const { theatre, booking, tickets } = await withBooking();
  await using _ = theatre;
  const credential = await theatre.value<string>("select tests.credential($1, 1)", [booking]);
  const outcomes = await meet(
    [await theatre.user("theatre staff"), scan(credential)],
    [await theatre.guest(1), back(booking, tickets[0] ?? "")],
  );
  expect(outcomes).toEqual([["success"], "LMTUS"]);
  expect(await theatre.value(refunds)).toBe(0);
  expect(await theatre.broken()).toEqual([]);
});

test("a ticket of four that was returned first lets nobody in, and the others do", async () => {
  const { theatre, booking, tickets } = await withBooking();
  await using _ = theatre;
  const [first, second] = await Promise.all(
    [1, 2].map((seat) => theatre.value<string>("select tests.credential($1, $2)", [booking, seat])),
  );
  const outcomes = await meet(
    [await theatre.guest(1), back(booking, tickets[0] ?? "")],
    [await theatre.user("theatre staff"), scan(first ?? "")],
  );
  expect(outcomes).toEqual([["6280"], ["canceled"]]);
  expect(await (await theatre.user("theatre staff")).value(scan(second ?? ""))).toBe("success");
  expect(await theatre.value(refunds)).toBe(6280);
  expect(await theatre.broken()).toEqual([]);
});

async function unlocked(theatre: Theatre): Promise<void> {
  await theatre.weaken("app_private.lock_tickets_to_return", "for no key update");
  await theatre.weaken("app_private.require_not_handed_on", "for no key update");
}

async function scanFirst(theatre: Theatre, booking: string, ticket: string): Promise<Outcome[]> {
  const credential = await theatre.value<string>("select tests.credential($1, 1)", [booking]);
  return await meet(
    [await theatre.user("theatre staff"), scan(credential)],
    [await theatre.guest(1), back(booking, ticket)],
  );
}

test("control: without locking the ticket, somebody is inside for nothing", async () => {
  const { theatre, booking, tickets } = await withBooking();
  await using _ = theatre;
  await unlocked(theatre);
  expect(await scanFirst(theatre, booking, tickets[0] ?? "")).toEqual([["success"], ["6280"]]);
});

async function offered(theatre: Theatre, ticket: string): Promise<string> {
  const guest = await theatre.guest(1);
  await guest.value(`select (app_public.offer_ticket('${ticket}', 'eve@example.com')).id`);
  return await theatre.value<string>(
    "select variables ->> 'token' from app_private.outgoing_emails where template = 'ticket_offer'",
  );
}

const accept = (token: string): string => `select (app_public.accept_ticket('${token}')).id`;

test("a ticket that was accepted first is not the buyer's to return", async () => {
  const { theatre, booking, tickets } = await withBooking();
  await using _ = theatre;
  const token = await offered(theatre, tickets[0] ?? "");
  const outcomes = await meet(
    [await theatre.user("eve"), accept(token)],
    [await theatre.guest(1), back(booking, tickets[0] ?? "")],
  );
  expect(outcomes).toEqual([[tickets[0]], "LMNRF"]);
  expect(await theatre.broken()).toEqual([]);
});

test("a ticket that was returned first is nobody's to accept", async () => {
  const { theatre, booking, tickets } = await withBooking();
  await using _ = theatre;
  const token = await offered(theatre, tickets[0] ?? "");
  const outcomes = await meet(
    [await theatre.guest(1), back(booking, tickets[0] ?? "")],
    [await theatre.user("eve"), accept(token)],
  );
  expect(outcomes).toEqual([["6280"], "LMTOK"]);
  expect(await theatre.broken()).toEqual([]);
});

const endAll = `select sum(app_private.cancel_bookings_of(c.id, 100))::integer
  from app_public.event_cancellations as c`;

async function canceled(theatre: Theatre): Promise<void> {
  const owner = await theatre.user("theatre owner");
  await owner.value("select (app_public.cancel_event(tests.id('theatre.event'))).id");
}

test("a cancellation of the event returns exactly what a return has left", async () => {
  const { theatre, booking, tickets } = await withBooking();
  await using _ = theatre;
  const guest = await theatre.guest(1);
  await guest.begin();
  expect(await guest.run(back(booking, tickets[0] ?? ""))).toEqual(["6280"]);
  await canceled(theatre);
  const worker = await theatre.worker();
  const ended = worker.once(endAll);
  await worker.waits();
  await guest.commit();
  await ended;
  expect(await theatre.status(booking)).toBe("canceled");
  expect(await theatre.value(refunds)).toBe(25_120);
  expect(await theatre.broken()).toEqual([]);
});

test("a return that comes after the cancellation returns nothing more", async () => {
  const { theatre, booking, tickets } = await withBooking();
  await using _ = theatre;
  await canceled(theatre);
  const outcomes = await meet(
    [await theatre.worker(), endAll],
    [await theatre.guest(1), back(booking, tickets[0] ?? "")],
  );
  expect(outcomes[1]).toBe("LMBST");
  expect(await theatre.value(refunds)).toBe(25_120);
  expect(await theatre.broken()).toEqual([]);
});

/** Stripe tells of a part of a payment that somebody has returned there by hand. */
async function toldOf(theatre: Theatre, booking: string, status: string): Promise<string> {
  return await theatre.value<string>(
    `select app_private.receive_stripe_event(jsonb_build_object(
      'id', 'evt_' || $2, 'type', 'refund.updated', 'created', length('succeeded') - length($2),
      'data', jsonb_build_object('object', jsonb_build_object(
        'object', 'refund', 'id', 're_hand', 'status', $2, 'amount', 2000, 'currency', 'eur',
        'metadata', '{}'::jsonb, 'payment_intent', p.stripe_payment_intent_id
      ))
    ), false)::text
    from app_public.payment_intents as p where p.id = tests.intent_of($1)`,
    [booking, status],
  );
}

const apply = (status: string): string => `select app_private.apply_stripe_event('evt_${status}')`;

/** Somebody books a refund that was made by hand, while Stripe tells that it has come back. */
async function bookedAndFailed(isBookedFirst: boolean, guards: "guarded" | "unguarded") {
  const { theatre, booking } = await withBooking();
  if (guards === "unguarded") {
    await theatre.weaken(
      "app_private.apply_refund",
      "perform app_private.lock_payment_of(apply_refund.object);",
    );
  }
  await toldOf(theatre, booking, "succeeded");
  await theatre.value(apply("succeeded"));
  await toldOf(theatre, booking, "failed");
  const finding = await theatre.value<string>(
    "select id from app_public.payment_findings where subject = 're_hand'",
  );
  const book = `select (app_public.book_unasked_refund('${finding}', 'Ada did it.')).status::text`;
  const owner = await theatre.user("theatre owner");
  const worker = await theatre.worker();
  const both = [
    [owner, book],
    [worker, apply("failed")],
  ] as const;
  const [first, second] = isBookedFirst ? both : both.toReversed();
  return { theatre, outcomes: await meet(first ?? both[0], second ?? both[1]) };
}

const byHand = `select string_agg(r.status || ' ' || r.amount_cents, ', ') from app_public.refunds as r`;

test("what is told of a refund by hand while it is booked is not lost", async () => {
  const { theatre, outcomes } = await bookedAndFailed(true, "guarded");
  await using _ = theatre;
  expect(outcomes).toEqual([["succeeded"], ["applied"]]);
  expect(await theatre.value(byHand)).toBe("failed 2000");
  expect(await theatre.broken()).toEqual([]);
});

test("nor is it booked as if that had not been told", async () => {
  const { theatre, outcomes } = await bookedAndFailed(false, "guarded");
  await using _ = theatre;
  expect(outcomes).toEqual([["refused"], "LMINP"]);
  expect(await theatre.value(byHand)).toBeNull();
  expect(await theatre.broken()).toEqual([]);
});

test("control: without the lock on the booking, it counts as returned, and is not", async () => {
  const { theatre, outcomes } = await bookedAndFailed(false, "unguarded");
  await using _ = theatre;
  expect(outcomes).toEqual([["refused"], ["succeeded"]]);
  expect(await theatre.value(byHand)).toBe("succeeded 2000");
});
