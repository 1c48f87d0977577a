import type pg from "pg";
import type { Bench, BenchDatabase } from "../bench.ts";
import { share } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { app } from "../hold.ts";
import { addPerformance, createTheatre, randomToken, type Theatre } from "../theatre.ts";

const seatCount = 20_000;
const seatsPerHold = 4;
const buyerCount = 10;
/** How many buyers are paying while the next ones hold: payments arrive some time later. */
const payingCount = 50;

/**
 * What a seat takes on disk, before and after the hall is sold, and how many updates stay in their page: with buyers
 * who choose all over the hall, and with buyers who all take the next seats, side by side.
 */
export async function seatStorage(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, seatCount);
  // Whoever sells as much has a plan without a limit.
  await owner.query("update app_public.organization_settings set subscription_tier = 'enterprise'");
  const inOrder = Array.from(
    { length: seatCount / seatsPerHold },
    (_, index) => index * seatsPerHold,
  );
  const performanceId = await addPerformance(owner, theatre);
  const bytes = await bytesPerSeat(owner);
  await sellAll(database, theatre, performanceId, shuffled(inOrder));
  bench.log(
    `  ${bytes.toFixed(0)} bytes before the sale, ${(await bytesPerSeat(owner)).toFixed(0)} after`,
  );
  const chosen = await updatesOf(owner);
  await sellAll(database, theatre, await addPerformance(owner, theatre), inOrder);
  const all = await updatesOf(owner);
  bench.log(
    `  ${chosen.updates} updates of seats here and there, then ${all.updates - chosen.updates} side by side`,
  );
  return [
    figure("bytes per seat with its indexes", bytes, "bytes", "at most", 150),
    figure(
      "heap-only share of updates of seats, chosen here and there",
      chosen.heapOnly / chosen.updates,
      "ratio",
      "at least",
      0.9,
    ),
    figure(
      "heap-only share of updates of seats, sold side by side",
      (all.heapOnly - chosen.heapOnly) / (all.updates - chosen.updates),
      "ratio",
      "at least",
      0.9,
    ),
  ];
}

/** Ten buyers at once hold, check out and pay for four seats each, until none is left. */
async function sellAll(
  database: BenchDatabase,
  theatre: Theatre,
  performanceId: string,
  firstSeats: readonly number[],
): Promise<void> {
  const clients = await database.clients("lml_authenticator", buyerCount);
  await Promise.all(clients.map((client) => app.becomeGuest(client, randomToken())));
  const workers = await database.clients("lml_worker", buyerCount);
  const pairs = clients.map((client, index) => ({ client, worker: workers[index] }));
  const paying: string[] = [];
  await share(pairs, firstSeats, async ({ client, worker }, first) => {
    const cart = randomToken();
    const { rows } = await client.query<{ id: string }>(
      "select (app_public.hold_seats($1, $2)).id from set_config('lml.cart_token', $3, true)",
      [performanceId, theatre.seatIds.slice(first, first + seatsPerHold), cart],
    );
    const id = rows[0]?.id ?? "";
    await client.query(
      `select (app_public.start_checkout($1, 'bench@example.com')).id
      from set_config('lml.cart_token', $2, true)`,
      [id, cart],
    );
    paying.push(id);
    const paid = paying.length > payingCount ? paying.shift() : undefined;
    if (paid !== undefined) await worker?.query("select app_private.confirm_booking($1)", [paid]);
  });
  await share(workers, paying, async (worker, id) => {
    await worker.query("select app_private.confirm_booking($1)", [id]);
  });
  // What they did is counted when they leave.
  await Promise.all([...workers, ...clients].map((client) => client.end()));
}

async function bytesPerSeat(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query<{ bytes: number }>(
    `select pg_total_relation_size('app_public.seat_booking_state')::float8 / count(*) as bytes
    from app_public.seat_booking_state`,
  );
  return rows[0]?.bytes ?? Number.NaN;
}

async function updatesOf(owner: pg.Client): Promise<{ updates: number; heapOnly: number }> {
  const { rows } = await owner.query<{ updates: number; heapOnly: number }>(
    `select n_tup_upd::float8 as updates, n_tup_hot_upd::float8 as "heapOnly"
    from pg_stat_user_tables where relname = 'seat_booking_state'`,
  );
  return rows[0] ?? { updates: Number.NaN, heapOnly: Number.NaN };
}

/** Every order is as likely as any other. */
function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
