import type { Bench } from "../bench.ts";
import { share } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { app } from "../hold.ts";
import { addPerformance, createTheatre, randomToken } from "../theatre.ts";

const seatCount = 20_000;
const seatsPerHold = 4;

/** What a seat takes on disk, before and after the hall is sold, and how many updates stay in their page. */
export async function seatStorage(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, seatCount);
  // Whoever sells as much has a plan without a limit.
  await owner.query("update app_public.organization_settings set subscription_tier = 'enterprise'");
  const performanceId = await addPerformance(owner, theatre);
  const bytes = async (): Promise<number> => {
    const { rows } = await owner.query<{ bytes: number }>(
      `select pg_total_relation_size('app_public.seat_booking_state')::float8 / count(*) as bytes
      from app_public.seat_booking_state`,
    );
    return rows[0]?.bytes ?? Number.NaN;
  };
  const before = await bytes();
  const clients = await database.clients("lml_authenticator", 10);
  await Promise.all(clients.map((client) => app.becomeGuest(client, randomToken())));
  const pieces = Array.from(
    { length: seatCount / seatsPerHold },
    (_, index) => index * seatsPerHold,
  );
  const workers = await database.clients("lml_worker", clients.length);
  const pairs = clients.map((client, index) => ({ client, worker: workers[index] }));
  const sold: string[] = [];
  await share(pairs, pieces, async ({ client, worker }, first) => {
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
    sold.push(id);
    // Payments arrive some time later.
    const paid = sold.length > 50 ? sold.shift() : undefined;
    if (paid !== undefined) await worker?.query("select app_private.confirm_booking($1)", [paid]);
  });
  await share(workers, sold, async (worker, id) => {
    await worker.query("select app_private.confirm_booking($1)", [id]);
  });
  await Promise.all(workers.map((worker) => worker.end()));
  await Promise.all(clients.map((client) => client.end()));
  const { rows } = await owner.query<{ share: number; updates: number }>(
    `select n_tup_hot_upd::float8 / n_tup_upd as share, n_tup_upd::integer as updates
    from pg_stat_user_tables where relname = 'seat_booking_state'`,
  );
  bench.log(`  ${rows[0]?.updates} updates`);
  const after = await bytes();
  bench.log(`  ${before.toFixed(0)} bytes before the sale, ${after.toFixed(0)} after`);
  return [
    figure("bytes per seat with its indexes", before, "bytes", "at most", 150),
    figure("heap-only share of updates of seats", rows[0]?.share ?? 0, "ratio", "at least", 0.9),
  ];
}
