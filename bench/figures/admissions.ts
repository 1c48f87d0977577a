import type pg from "pg";
import type { Bench } from "../bench.ts";
import { compare, share, type Side } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { app, randomReference } from "../hold.ts";
import { addPerformance, createTheatre, randomToken } from "../theatre.ts";

const clientCount = 64;
const quantity = 4;
// Six for each buyer and turn: the sides have connections of their own, and their first hold after a pause finds the processor's
// caches full of the other side's.
const holdsPerRound = 4000;
const capacity = 100_000;

/**
 * The same rows by hand, with a row that counts what is left: asks nothing, and is one statement. With a counter for each
 * client nobody waits, and what is out of its reach is out of anybody's.
 */
const counted = `
  with counter as (
    update counters set held = held + $7 where performance_id = $2 and slot = $8 and held + $7 <= capacity
    returning held
  ),
  booking as (
    insert into app_public.bookings (
      organization_id, performance_id, booking_reference, cart_token_hash, currency,
      subtotal_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select $1, $2, $3, sha256($4), 'USD', 20000, 20000, 10, 2000, 18000,
      now() + interval '15 minutes'
    from counter
    returning id
  )
  insert into app_public.booking_items (
    organization_id, booking_id, item_type, ticket_category_id, quantity, unit_price_cents,
    subtotal_cents, total_cents
  )
  select $1, id, 'admission', $5, $6, 5000, 20000, 20000 from booking`;

/** Holds of admissions per second over one counter row, by a crowd. */
export async function admissions(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, 50);
  await owner.query(
    `create table counters (
      performance_id uuid, slot integer, capacity integer, held integer,
      primary key (performance_id, slot)
    )`,
  );
  const { rows } = await owner.query<{ id: string }>(
    "select (app_public.create_ticket_category($1, 'Standing', 5000)).id",
    [theatre.eventId],
  );
  const standing = rows[0]?.id ?? "";
  const clients = await database.clients("lml_authenticator", clientCount);
  await Promise.all(clients.map((client) => app.becomeGuest(client, randomToken())));
  const writers = await database.clients("lml_owner", clientCount);
  const pieces = Array.from({ length: holdsPerRound }, (_, index) => index);

  const counters = (name: string, slots: number, text: string): Side => ({
    name,
    prepare: async () => {
      const performanceId = await addPerformance(owner, theatre);
      await owner.query(
        "insert into counters select $1, n, $2, 0 from generate_series(1, $3) as n",
        [performanceId, Math.floor(capacity / slots), slots],
      );
      const slotted = writers.map((client, index) => ({ client, slot: (index % slots) + 1 }));
      return {
        pieces,
        work: (some) =>
          share(slotted, some, ({ client, slot }) =>
            count(client, { name, text }, [
              theatre.organizationId,
              performanceId,
              randomReference(),
              Buffer.from(randomToken()),
              standing,
              quantity,
              quantity,
              slot,
            ]),
          ),
      };
    },
  });
  const oneRow = counters("one counter row", 1, counted);
  const { ratio } = await compare(
    {
      name: "hold_admissions",
      prepare: async () => {
        const performanceId = await addPerformance(owner, theatre);
        await owner.query(
          "select app_public.create_admission_pool($1, 'Floor', $2, array[$3]::uuid[])",
          [performanceId, capacity, standing],
        );
        return {
          pieces,
          work: (some) =>
            share(clients, some, (client) =>
              app.holdAdmissions(client, performanceId, standing, quantity),
            ),
        };
      },
    },
    oneRow,
    bench.rounds,
    bench.log,
  );
  const ceiling = await compare(
    counters("a counter for each client", clientCount, counted),
    oneRow,
    bench.rounds,
    bench.log,
  );
  bench.log(`  hand-written SQL with a counter for each client is at ${ceiling.ratio.toFixed(2)}`);
  return [figure("admissions over one counter row, 64 buyers", ratio, "ratio", "at least", 3)];
}

async function count(
  client: pg.Client,
  statement: { readonly name: string; readonly text: string },
  values: unknown[],
): Promise<void> {
  const result = await client.query({ ...statement, values });
  if (result.rowCount !== 1) throw new Error("The counter refused.");
}
