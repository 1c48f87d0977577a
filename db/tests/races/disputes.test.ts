// If this fails, money that a bank is taking back is refunded as well, or its tickets still open doors.
import { expect, test } from "vitest";
import { meet, Theatre, type Outcome, type Session } from "./theatre.ts";

/** A paid booking, and what applies the news that its buyer's bank disputes it. */
async function withNews(): Promise<{ theatre: Theatre; booking: string; dispute: string }> {
  const theatre = await Theatre.open();
  const booking = await theatre.sell("b", 1, 1);
  await theatre.owner.query(
    `select app_private.receive_stripe_event(
      jsonb_build_object(
        'id', 'evt_dispute', 'type', 'charge.dispute.created', 'created', 1,
        'data', jsonb_build_object('object', jsonb_build_object(
          'object', 'dispute', 'id', 'dp_1', 'status', 'needs_response', 'reason', 'fraudulent',
          'payment_intent', p.stripe_payment_intent_id, 'amount', p.amount_cents,
          'currency', lower(p.currency), 'created', 1,
          'balance_transactions', jsonb_build_array(jsonb_build_object(
            'id', 'txn_1', 'amount', -p.amount_cents, 'fee', 1500, 'currency', lower(p.currency),
            'created', extract(epoch from now())::bigint
          ))
        ))
      ),
      false
    )
    from app_public.payment_intents as p where p.booking_id = $1`,
    [booking],
  );
  return { theatre, booking, dispute: "select app_private.apply_stripe_event('evt_dispute')" };
}

async function scan(theatre: Theatre, booking: string): Promise<[Session, string]> {
  const credential = await theatre.value<string>("select tests.credential($1, 1)", [booking]);
  return [
    await theatre.user("theatre staff"),
    `select (app_public.scan_ticket(tests.id('theatre.performance'), '${credential}')).result::text`,
  ];
}

test("a ticket that is being disputed lets nobody in", async () => {
  const { theatre, booking, dispute } = await withNews();
  await using _ = theatre;
  const outcomes = await meet([await theatre.worker(), dispute], await scan(theatre, booking));
  expect(outcomes).toEqual([["applied"], ["disputed"]]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without asking whether it is disputed, it does", async () => {
  const { theatre, booking, dispute } = await withNews();
  await using _ = theatre;
  await theatre.weaken("app_private.admit", "and not t.is_disputed");
  const outcomes = await meet([await theatre.worker(), dispute], await scan(theatre, booking));
  expect(outcomes).toEqual([["applied"], ["success"]]);
});

test("who is being let in is in, and disputed from then on", async () => {
  const { theatre, booking, dispute } = await withNews();
  await using _ = theatre;
  const outcomes = await meet(await scan(theatre, booking), [await theatre.worker(), dispute]);
  expect(outcomes).toEqual([["success"], ["applied"]]);
  expect(await theatre.value("select status || ' ' || is_disputed from app_public.tickets")).toBe(
    "used true",
  );
  expect(await theatre.broken()).toEqual([]);
});

async function disputeAgainstOffer(
  theatre: Theatre,
  booking: string,
  dispute: string,
): Promise<Outcome[]> {
  const ticket = await theatre.value<string>(
    "select id from app_public.tickets where booking_id = $1",
    [booking],
  );
  return await meet(
    [await theatre.worker(), dispute],
    [
      await theatre.guest(1),
      `select (app_public.offer_ticket('${ticket}', 'x@example.com')).status::text`,
    ],
  );
}

test("a ticket that is being disputed is not handed on", async () => {
  const { theatre, booking, dispute } = await withNews();
  await using _ = theatre;
  expect(await disputeAgainstOffer(theatre, booking, dispute)).toEqual([["applied"], "LMTRB"]);
  expect(await theatre.broken()).toEqual([]);
});

test("control: without asking how its booking is, it is", async () => {
  const { theatre, booking, dispute } = await withNews();
  await using _ = theatre;
  await theatre.weaken(
    "app_private.require_transferable",
    "and b.status in ('confirmed', 'completed')",
  );
  expect((await disputeAgainstOffer(theatre, booking, dispute))[1]).toEqual(["offered"]);
});

const all = (booking: string): string =>
  `select (app_public.refund_booking_amount('${booking}', 6280, 'x')).status::text`;
const amounts = "select refunded_cents || ' ' || disputed_cents from app_public.payment_intents";

test("what a bank is taking back is not refunded", async () => {
  const { theatre, booking, dispute } = await withNews();
  await using _ = theatre;
  expect(await disputeAgainstRefund(theatre, booking, dispute)).toEqual([["applied"], "LMBST"]);
  expect(await theatre.value(amounts)).toBe("0 6280");
  expect(await theatre.broken()).toEqual([]);
});

test("what is being refunded is not counted as disputed, and no news is lost", async () => {
  const { theatre, booking, dispute } = await withNews();
  await using _ = theatre;
  const outcomes = await meet(
    [await theatre.user("theatre owner"), all(booking)],
    [await theatre.worker(), dispute],
  );
  expect(outcomes).toEqual([["approved"], ["applied"]]);
  expect(await theatre.value(amounts)).toBe("6280 0");
  expect(await theatre.broken()).toEqual([]);
});

async function disputeAgainstRefund(
  theatre: Theatre,
  booking: string,
  dispute: string,
): Promise<Outcome[]> {
  return await meet(
    [await theatre.worker(), dispute],
    [await theatre.user("theatre owner"), all(booking)],
  );
}

test("control: without the lock on the booking, nothing is left to refund, and yet it is done", async () => {
  const { theatre, booking, dispute } = await withNews();
  await using _ = theatre;
  await theatre.weaken("app_private.lock_booking", "for no key update");
  expect((await disputeAgainstRefund(theatre, booking, dispute))[1]).toEqual(["approved"]);
  expect(await theatre.value(amounts)).toBe("0 6280");
});

async function unguarded(theatre: Theatre): Promise<void> {
  await theatre.weaken("app_private.lock_booking", "for no key update");
  await theatre.weaken("app_private.left_of_payment", "- (left_of_payment.intent).disputed_cents");
  await theatre.weaken("app_private.refund_booking", " + p.disputed_cents");
}

test("control: if nobody counts what is disputed, a constraint refuses the refund", async () => {
  const { theatre, booking, dispute } = await withNews();
  await using _ = theatre;
  await unguarded(theatre);
  expect((await disputeAgainstRefund(theatre, booking, dispute))[1]).toBe("LMINP");
});

test("control: without the constraint either, the buyer has the money twice", async () => {
  const { theatre, booking, dispute } = await withNews();
  await using _ = theatre;
  await unguarded(theatre);
  await theatre.owner.query(
    `alter table app_public.payment_intents
      drop constraint payment_intents_refunds_are_within_what_was_received`,
  );
  expect((await disputeAgainstRefund(theatre, booking, dispute))[1]).toEqual(["approved"]);
  expect(await theatre.value(amounts)).toBe("6280 6280");
});

/** A dispute is won while a performance, and then its bookings, are locked, as by whoever gives it another plan. */
async function winAgainstMove(theatre: Theatre, dispute: string): Promise<Outcome[]> {
  await theatre.owner.query(dispute);
  await theatre.owner.query(
    `select app_private.receive_stripe_event(
      jsonb_set(
        e.payload || '{"id": "evt_won", "created": 2}', '{data,object}',
        e.payload #> '{data,object}' || jsonb_build_object(
          'status', 'won', 'balance_transactions', jsonb_build_array(
            e.payload #> '{data,object,balance_transactions,0}',
            e.payload #> '{data,object,balance_transactions,0}' || jsonb_build_object(
              'id', 'txn_2', 'amount', e.payload #> '{data,object,amount}', 'fee', 0
            )
          )
        )
      ),
      false
    )
    from app_private.stripe_events as e where e.id = 'evt_dispute'`,
  );
  const [move, bank] = [await theatre.worker(), await theatre.worker()];
  await move.begin();
  await move.run("select from app_public.performances for no key update");
  const won = bank.once("select app_private.apply_stripe_event('evt_won')");
  await bank.waits();
  const moved = await move.run(
    "select app_private.lock_for_move(p) is null from app_public.performances as p",
  );
  await (typeof moved === "string" ? move.rollback() : move.commit());
  return [moved, await won];
}

test("a dispute that ends and a performance that moves do not block each other for ever", async () => {
  const { theatre, booking, dispute } = await withNews();
  await using _ = theatre;
  expect(await winAgainstMove(theatre, dispute)).toEqual([[false], ["applied"]]);
  expect(await theatre.status(booking)).toBe("confirmed");
  expect(await theatre.broken()).toEqual([]);
});

test("control: with the booking before the performance, they do", async () => {
  const { theatre, dispute } = await withNews();
  await using _ = theatre;
  await theatre.weaken("app_private.apply_dispute", "for share of p");
  expect(await winAgainstMove(theatre, dispute)).toContain("40P01");
});
