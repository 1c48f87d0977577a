import { randomUUID } from "node:crypto";
import type pg from "pg";
import { defaultPoolSize } from "../../server/database.ts";
import type { Bench } from "../bench.ts";
import { compare, share } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { confirmByHand, holdByHand } from "../hand-written.ts";
import { app, randomReference } from "../hold.ts";
import { addPerformance, createTheatre, randomToken, type Theatre } from "../theatre.ts";

const clientCount = defaultPoolSize;
const seatsPerSale = 4;
const salesPerRound = 600;

/** What somebody would write by hand who knows the seats, the price and all terms, and asks nothing: the same rows. */
const handWritten = {
  hold: holdByHand,
  checkOut: `
    with customer as (
      insert into app_public.customers (organization_id, email, first_name, last_name)
      values ($1, $4::text::public.citext, 'Ada', 'Adler')
      returning id
    ), signal as (
      insert into app_private.booking_signals (
        organization_id, booking_id, performance_id, stage, buyer_key, email, is_disposable_email,
        tickets, amount_cents, currency
      )
      values ($1, $3, $2, 'checkout', sha256($3::uuid::text::bytea), $4::text, false, 4, 20000, 'USD')
    ), intent as (
      insert into app_public.payment_intents (id, organization_id, booking_id, amount_cents, currency)
      values ($5, $1, $3, 20000, 'USD')
      returning id
    )
    update app_public.bookings
    set customer_id = (select id from customer), customer_email = $4::text::public.citext,
      customer_name = 'Ada Adler', status = 'pending_payment', checkout_started_at = now()
    where id = $3
    returning (
      select graphile_worker.add_job(
        'payment_intent__create', json_build_object('payment_intent_id', id)
      )
      from intent
    )`,
  hear: `
    with event as (
      insert into app_private.stripe_events (id, type, livemode, stripe_created_at, payload)
      values ($1, 'payment_intent.succeeded', false, now(), $2)
      returning id
    )
    select graphile_worker.add_job('stripe_event__apply', json_build_object('event_id', id))
    from event`,
  confirm: confirmByHand,
} as const;

/** Whole sales per second (hold, check out, hear of the payment, apply it) over hand-written SQL that writes the same rows. */
export async function saleOverHandWritten(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, salesPerRound * seatsPerSale);
  // Plans limit what is sold in a month.
  await owner.query("update app_public.organization_settings set subscription_tier = 'enterprise'");
  const buyers = await database.clients("lml_authenticator", clientCount);
  await Promise.all(buyers.map((client) => app.becomeGuest(client, randomToken())));
  const servers = await database.clients("lml_authenticator", clientCount);
  const workers = await database.clients("lml_worker", clientCount);
  const writers = await database.clients("lml_owner", clientCount);
  const seats = buyers.map((buyer, index) => ({
    buyer,
    server: servers[index] ?? buyer,
    worker: workers[index] ?? buyer,
    writer: writers[index] ?? buyer,
  }));
  // The accounts of the books are opened once.
  const first = seats[0];
  const opening = await addPerformance(owner, theatre);
  if (first !== undefined) await sell(first, theatre, opening, 0);

  const side = (
    name: string,
    saleOf: (client: Seat, performanceId: string, first: number) => Promise<void>,
  ) => ({
    name,
    prepare: async () => {
      const performanceId = await addPerformance(owner, theatre);
      return {
        pieces: Array.from({ length: salesPerRound }, (_, index) => index * seatsPerSale),
        work: (pieces: readonly number[]) =>
          share(seats, pieces, (client, piece) => saleOf(client, performanceId, piece)),
      };
    },
  });
  const { ratio } = await compare(
    side("sale", (client, performanceId, piece) => sell(client, theatre, performanceId, piece)),
    side("hand-written", (client, performanceId, piece) =>
      sellByHand(client.writer, theatre, performanceId, piece),
    ),
    bench.rounds,
    bench.log,
  );
  return [figure("a whole sale over hand-written SQL", ratio, "ratio", "at least", 0.5)];
}

/** Whoever takes part in a sale: each with the role that it has in life. */
interface Seat {
  readonly buyer: pg.Client;
  readonly server: pg.Client;
  readonly worker: pg.Client;
  readonly writer: pg.Client;
}

async function sell(
  { buyer, server, worker, writer }: Seat,
  theatre: Theatre,
  performanceId: string,
  first: number,
): Promise<void> {
  const cart = randomToken();
  const seatIds = theatre.seatIds.slice(first, first + seatsPerSale);
  const held = await buyer.query<{ id: string }>({
    name: "sale-hold",
    text: "select (app_public.hold_seats($1, $2)).id from set_config('lml.cart_token', $3, true)",
    values: [performanceId, seatIds, cart],
  });
  const bookingId = held.rows[0]?.id ?? "";
  await buyer.query({
    name: "sale-check-out",
    text: `select (app_public.start_checkout($1, $2, 'Ada', 'Adler')).id
      from set_config('lml.cart_token', $3, true)`,
    values: [bookingId, `${cart}@example.com`, cart],
  });
  const { rows } = await writer.query<{ id: string }>({
    name: "sale-intent",
    text: "select id from app_public.payment_intents where booking_id = $1",
    values: [bookingId],
  });
  const [eventId, event] = paidEvent(rows[0]?.id ?? "");
  await server.query({
    name: "sale-hear",
    text: "select app_private.receive_stripe_event($1, false)",
    values: [event],
  });
  const applied = await worker.query<{ outcome: string }>({
    name: "sale-apply",
    text: "select app_private.apply_stripe_event($1) as outcome",
    values: [eventId],
  });
  if (applied.rows[0]?.outcome !== "applied") throw new Error("A payment was not applied.");
}

async function sellByHand(
  client: pg.Client,
  theatre: Theatre,
  performanceId: string,
  first: number,
): Promise<void> {
  const seatNos = Array.from({ length: seatsPerSale }, (_, index) => first + index + 1);
  const [bookingId, intentId] = [randomUUID(), randomUUID()];
  const { rows } = await client.query<{ seats: number }>({
    name: "hand-hold",
    text: handWritten.hold,
    values: [
      theatre.organizationId,
      performanceId,
      randomReference(),
      Buffer.from(randomToken()),
      theatre.ticketCategoryId,
      seatNos,
      bookingId,
    ],
  });
  if (rows[0]?.seats !== seatsPerSale) throw new Error("The hand-written sale lost seats.");
  await client.query({
    name: "hand-check-out",
    text: handWritten.checkOut,
    values: [
      theatre.organizationId,
      performanceId,
      bookingId,
      `${bookingId}@example.com`,
      intentId,
    ],
  });
  // The other side finds its payment by a question of the same price.
  await client.query({
    name: "hand-intent",
    text: "select id from app_public.payment_intents where booking_id = $1",
    values: [bookingId],
  });
  const [eventId, event] = paidEvent(intentId);
  await client.query({ name: "hand-hear", text: handWritten.hear, values: [eventId, event] });
  const { rowCount } = await client.query({
    name: "hand-confirm",
    text: handWritten.confirm,
    values: [
      intentId,
      bookingId,
      theatre.organizationId,
      performanceId,
      seatNos,
      eventId,
      `pi_${intentId}`,
    ],
  });
  if (rowCount !== 1) throw new Error("The hand-written sale lost its event.");
}

/** What Stripe says of a payment of 200 USD that has succeeded. */
function paidEvent(intentId: string): [id: string, event: string] {
  const id = `evt_${intentId.replaceAll("-", "")}`;
  const object = {
    object: "payment_intent",
    id: `pi_${intentId}`,
    status: "succeeded",
    amount: 20_000,
    currency: "usd",
    livemode: false,
    metadata: { lml_payment_intent_id: intentId },
  };
  const event = { id, type: "payment_intent.succeeded", created: 1_700_000_000, data: { object } };
  return [id, JSON.stringify(event)];
}
