import { randomUUID } from "node:crypto";
import type pg from "pg";
import { defaultPoolSize } from "../../server/database.ts";
import type { Bench } from "../bench.ts";
import { compare, share } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { app, randomReference } from "../hold.ts";
import { addPerformance, createTheatre, randomToken, type Theatre } from "../theatre.ts";

const clientCount = defaultPoolSize;
const seatsPerSale = 4;
const salesPerRound = 600;

/** What somebody would write by hand who knows the seats, the price and all terms, and asks nothing: the same rows. */
const handWritten = {
  hold: `
    with booking as (
      insert into app_public.bookings (
        id, organization_id, performance_id, booking_reference, cart_token_hash, currency,
        subtotal_cents, total_amount_cents, commission_percentage, commission_amount_cents,
        payout_cents, expires_at
      )
      values ($7, $1, $2, $3, sha256($4), 'USD', 20000, 20000, 10, 2000, 18000,
        now() + interval '10 minutes')
      returning id
    ), item as (
      insert into app_public.booking_items (
        organization_id, booking_id, item_type, ticket_category_id, seat_nos, quantity,
        unit_price_cents, subtotal_cents, total_cents
      )
      select $1, id, 'seat', $5, $6, 4, 5000, 20000, 20000 from booking
    )
    update app_public.seat_booking_state
    set status = 'locked', booking_id = booking.id, locked_until = now() + interval '10 minutes'
    from booking
    where organization_id = $1 and performance_id = $2 and seat_no = any ($6)
      and (status = 'available' or (status = 'locked' and locked_until <= now()))`,
  checkOut: `
    with customer as (
      insert into app_public.customers (organization_id, email, first_name, last_name)
      values ($1, $5::text::public.citext, 'Ada', 'Adler')
      returning id
    ), seats as (
      update app_public.seat_booking_state set locked_until = now() + interval '15 minutes'
      where organization_id = $1 and performance_id = $2 and seat_no = any ($3)
    ), signal as (
      insert into app_private.booking_signals (
        organization_id, booking_id, performance_id, stage, buyer_key, email, is_disposable_email,
        tickets, amount_cents, currency
      )
      values ($1, $4, $2, 'checkout', sha256($4::uuid::text::bytea), $5::text, false, 4, 20000, 'USD')
    ), intent as (
      insert into app_public.payment_intents (id, organization_id, booking_id, amount_cents, currency)
      values ($6, $1, $4, 20000, 'USD')
      returning id
    )
    update app_public.bookings
    set customer_id = (select id from customer), customer_email = $5::text::public.citext,
      customer_name = 'Ada Adler', status = 'pending_payment', checkout_started_at = now(),
      expires_at = now() + interval '15 minutes'
    where id = $4
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
  confirm: `
    with payment as (
      update app_public.payment_intents
      set status = 'succeeded', stripe_status = 'succeeded', succeeded_at = now(),
        received_cents = amount_cents, stripe_payment_intent_id = $7
      where id = $1
    ), seats as (
      update app_public.seat_booking_state
      set status = 'booked', locked_until = null
      where organization_id = $3 and performance_id = $4 and seat_no = any ($5) and booking_id = $2
    ), noted as (
      insert into app_private.seat_changes (performance_id, seat_nos) values ($4, $5)
    ), booking as (
      update app_public.bookings
      set status = 'confirmed', confirmed_at = now(), expires_at = null
      where id = $2
      returning *
    ), ticket as (
      insert into app_public.tickets (
        organization_id, performance_id, booking_id, booking_item_id, ticket_category_id, seat_no,
        ticket_number, section, row_name, seat_number, face_value_cents, discount_cents,
        fees_paid_cents, tax_paid_cents, total_paid_cents, currency
      )
      select i.organization_id, $4, $2, i.id, i.ticket_category_id, n,
        'TKT-' || upper(translate(substr(md5($2::uuid::text || n), 1, 10), '01', 'XY')), 'Stalls', '1',
        '1', i.unit_price_cents, 0, 0, 0, i.unit_price_cents, b.currency
      from booking as b
      join app_public.booking_items as i on i.booking_id = b.id
      cross join unnest(i.seat_nos) as n
      returning organization_id, id
    ), credential as (
      insert into app_private.ticket_credentials (organization_id, ticket_id, credential_hash)
      select t.organization_id, t.id, sha256(t.id::text::bytea) from ticket as t
    ), posted as (
      insert into app_public.ledger_transactions (organization_id, booking_id, source, description)
      values ($3, $2, 'payment:' || $1::uuid, 'Payment received'),
        ($3, $2, 'sale:' || $2::uuid, 'Sale')
      returning *
    ), movement as (
      insert into app_public.payment_transactions (
        organization_id, ledger_transaction_id, accounting_period, transaction_type,
        transaction_category, booking_id, payment_intent_id, gross_amount_cents,
        fee_amount_cents, net_amount_cents, currency, description, processed_at
      )
      select p.organization_id, p.id, p.accounting_period, 'payment', 'booking_payment', $2, $1,
        20000, 0, 20000, 'USD', p.description, p.occurred_at
      from posted as p where p.source like 'payment:%'
    ), entries as (
      insert into app_public.ledger_entries (organization_id, transaction_id, account_id, amount_cents)
      select $3, p.id, a.id, l.amount
      from posted as p
      join (
        values ('payment', 'stripe_balance'::app_public.ledger_account_kind, 20000),
          ('payment', 'buyer_clearing', -20000), ('sale', 'buyer_clearing', 20000),
          ('sale', 'organizer_payable', -18000), ('sale', 'platform_commission', -2000)
      ) as l (source, kind, amount) on p.source like l.source || ':%'
      join app_public.ledger_accounts as a on a.organization_id = $3 and a.kind = l.kind
    )
    update app_private.stripe_events set outcome = 'applied', applied_at = now() where id = $6`,
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
  const held = await client.query({
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
  if (held.rowCount !== seatsPerSale) throw new Error("The hand-written sale lost seats.");
  await client.query({
    name: "hand-check-out",
    text: handWritten.checkOut,
    values: [
      theatre.organizationId,
      performanceId,
      seatNos,
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
