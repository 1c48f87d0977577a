import type pg from "pg";
import { confirmByHand } from "../hand-written.ts";
import { app } from "../hold.ts";
import type { Bench } from "../bench.ts";
import { compare } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { addPerformance, createTheatre, randomToken, type Theatre } from "../theatre.ts";

const paymentsPerRound = 300;

interface Payment {
  readonly organizationId: string;
  readonly bookingId: string;
  readonly intentId: string;
  readonly performanceId: string;
  readonly seatNo: number;
  readonly amount: number;
}

/** What tells of a payment from its beginning to its end. */
type Told = readonly [created: string, charged: string, succeeded: string];

/** What somebody would write by hand who knows every id, and that the seats are this booking's: the same rows. */
const handWritten = {
  created: `
    with changed as (
      update app_public.payment_intents
      set stripe_payment_intent_id = $2, stripe_status = 'requires_payment_method', stripe_news = $3
      where id = $1
    )
    update app_private.stripe_events set outcome = 'applied', applied_at = now() where id = $4`,
  charged: `
    with changed as (
      update app_public.payment_intents set stripe_charge_id = $2 where id = $1
      returning organization_id
    ), charge as (
      insert into app_public.payment_charges (
        organization_id, payment_intent_id, stripe_charge_id, status, charged_at
      )
      select organization_id, $1, $2, 'succeeded', now() from changed
    )
    update app_private.stripe_events set outcome = 'applied', applied_at = now() where id = $3`,
  succeeded: confirmByHand,
} as const;

/** Events per second that one connection applies, over hand-written SQL that writes the same rows. */
export async function stripeEvents(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, paymentsPerRound);
  // Plans limit what is sold in a month.
  await owner.query("update app_public.organization_settings set subscription_tier = 'enterprise'");
  const guest = await database.connect("lml_authenticator");
  await app.becomeGuest(guest, randomToken());
  const worker = await database.connect("lml_worker");
  const writer = await database.connect("lml_owner");
  await warmLedger(owner, guest, theatre);

  const side = (name: string, apply: (payment: Payment, told: Told) => Promise<void>) => ({
    name,
    prepare: async () => {
      const payments = await checkOut(owner, guest, theatre);
      const told = await receive(owner, payments);
      return {
        pieces: payments.map((_, index) => index),
        work: async (pieces: readonly number[]) => {
          for (const piece of pieces) {
            const payment = payments[piece];
            const events = told[piece];
            if (payment !== undefined && events !== undefined) await apply(payment, events);
          }
        },
      };
    },
  });

  const { ratio } = await compare(
    side("apply_stripe_event", async (_payment, told) => {
      for (const id of told) {
        const { rows } = await worker.query<{ outcome: string }>({
          name: "apply",
          text: "select app_private.apply_stripe_event($1) as outcome",
          values: [id],
        });
        if (rows[0]?.outcome !== "applied") throw new Error(`${id} was ${rows[0]?.outcome}.`);
      }
    }),
    side("hand-written", async (payment, [created, charged, succeeded]) => {
      const { intentId, bookingId, organizationId, performanceId, seatNo } = payment;
      const stripeId = `pi_${intentId}`;
      await writer.query({
        name: "created",
        text: handWritten.created,
        values: [intentId, stripeId, `0.001700000000.0.${created}`, created],
      });
      await writer.query({
        name: "charged",
        text: handWritten.charged,
        values: [intentId, `ch_${intentId}`, charged],
      });
      const { rowCount } = await writer.query({
        name: "succeeded",
        text: handWritten.succeeded,
        values: [intentId, bookingId, organizationId, performanceId, [seatNo], succeeded, stripeId],
      });
      if (rowCount !== 1) throw new Error("An event was not found.");
    }),
    bench.rounds,
    bench.log,
  );
  return [figure("Stripe's events applied over hand-written SQL", ratio, "ratio", "at least", 0.5)];
}

/** Opens the accounts of the books, which happens once. */
async function warmLedger(owner: pg.Client, guest: pg.Client, theatre: Theatre): Promise<void> {
  const [payment] = await checkOut(owner, guest, theatre, 1);
  if (payment === undefined) throw new Error("There is no payment.");
  const [told] = await receive(owner, [payment]);
  for (const id of told ?? []) await owner.query("select app_private.apply_stripe_event($1)", [id]);
}

/** One seat to a payment. */
async function checkOut(
  owner: pg.Client,
  guest: pg.Client,
  theatre: Theatre,
  count = paymentsPerRound,
): Promise<Payment[]> {
  const performanceId = await addPerformance(owner, theatre);
  for (const seatId of theatre.seatIds.slice(0, count)) {
    await guest.query("select set_config('lml.cart_token', $1, false)", [randomToken()]);
    await guest.query(
      "select app_public.start_checkout((app_public.hold_seats($1, $2)).id, 'a@example.com')",
      [performanceId, [seatId]],
    );
  }
  const { rows } = await owner.query<Payment>(
    `select b.organization_id as "organizationId", b.id as "bookingId", p.id as "intentId",
      b.performance_id as "performanceId", s.seat_no as "seatNo", p.amount_cents::int as amount
    from app_public.bookings as b
    join app_public.payment_intents as p on p.booking_id = b.id
    join app_public.seat_booking_state as s
      on s.performance_id = b.performance_id and s.booking_id = b.id
    where b.performance_id = $1 order by s.seat_no`,
    [performanceId],
  );
  await owner.query("analyze app_public.bookings, app_public.payment_intents");
  return rows;
}

/** Puts three events for each payment into the inbox. */
async function receive(owner: pg.Client, payments: readonly Payment[]): Promise<Told[]> {
  const told: Told[] = [];
  for (const { intentId, amount } of payments) {
    const place = intentId.replaceAll("-", "");
    const intent = (status: string): object => ({
      object: "payment_intent",
      id: `pi_${intentId}`,
      status,
      amount,
      currency: "usd",
      livemode: false,
      metadata: { lml_payment_intent_id: intentId },
    });
    const charge = {
      object: "charge",
      id: `ch_${intentId}`,
      status: "succeeded",
      payment_intent: `pi_${intentId}`,
      amount,
      amount_refunded: 0,
      currency: "usd",
      metadata: {},
    };
    const events = [
      ["payment_intent.created", intent("requires_payment_method")],
      ["charge.succeeded", charge],
      ["payment_intent.succeeded", intent("succeeded")],
    ] as const;
    const ids = events.map((_, index) => `evt_${place}_${index}`);
    for (const [index, [type, object]] of events.entries()) {
      const event = { id: ids[index], type, created: 1_700_000_000, data: { object } };
      await owner.query("select app_private.receive_stripe_event($1, false)", [
        JSON.stringify(event),
      ]);
    }
    told.push([ids[0] ?? "", ids[1] ?? "", ids[2] ?? ""]);
  }
  await owner.query("analyze app_private.stripe_events");
  return told;
}
