import { gzipSync } from "node:zlib";
import type pg from "pg";
import type { Bench } from "../bench.ts";
import { compare, type Side } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { app } from "../hold.ts";
import { addPerformance, createTheatre, randomToken } from "../theatre.ts";

const seatCount = 50_000;
const readsPerRound = 40;

/** In a table of one performance alone, the cheapest statement reads all of the table, which nobody can in life. */
const otherDates = 11;

/** The map of 50,000 seats over the cheapest statement that reads the same rows, its size, and what is new after a hold. */
export async function seatMap(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, seatCount);
  for (let n = 0; n < otherDates; n += 1) await addPerformance(owner, theatre);
  const performanceId = await addPerformance(owner, theatre);
  // One process reads for one buyer: where a house goes on sale, none is idle.
  await owner.query("set max_parallel_workers_per_gather = 0");
  // Three in ten are not free, here and there: the worst for compression.
  await owner.query(
    `update app_public.seat_booking_state set status = 'reserved'
    where performance_id = $1 and random() < 0.3`,
    [performanceId],
  );
  await owner.query(
    "update app_public.seat_booking_state set status = 'available' where performance_id = $1 and seat_no <= 4",
    [performanceId],
  );
  await owner.query("vacuum analyze app_public.seat_booking_state");
  const client = await database.connect("lml_authenticator");
  await app.becomeGuest(client, randomToken());

  const map = side("seat_map", client, "select * from app_public.seat_map($1)", [performanceId]);
  const cheapest = await compare(
    map,
    side(
      "cheapest SQL",
      owner,
      `select count(s.status), count(s.locked_until) from app_public.seat_booking_state as s
      where s.performance_id = $1`,
      [performanceId],
    ),
    bench.rounds,
    bench.log,
  );

  const { rows } = await client.query<{ map: Record<string, unknown>; categories: number[] }>(
    `select to_jsonb(m) as map, (app_public.seat_categories($1)).category_nos as categories
    from app_public.seat_map($1) as m`,
    [performanceId],
  );
  const bytes = gzipSync(JSON.stringify(rows[0])).byteLength;

  const version = String(rows[0]?.map["version"]);
  await app.hold(client, performanceId, theatre.seatIds.slice(0, 4));
  const changes = await compare(
    side(
      "seat_map_changes",
      client,
      "select * from app_public.seat_map_changes($1, $2)",
      [performanceId, version],
      20,
    ),
    map,
    bench.rounds,
    bench.log,
  );
  return [
    figure("seat_map of 50,000 over the cheapest SQL", cheapest.ratio, "ratio", "at least", 0.8),
    figure("seat_map of 50,000, compressed", bytes / 1000, "kB", "at most", 60),
    figure("seat_map_changes over seat_map", changes.ratio, "ratio", "at least", 50),
  ];
}

function side(
  name: string,
  client: pg.Client,
  text: string,
  values: readonly unknown[],
  times = 1,
): Side {
  return {
    name,
    prepare: () =>
      Promise.resolve({
        pieces: Array.from({ length: readsPerRound * times }, (_, index) => index),
        work: async (some) => {
          for (const _ of some) await client.query({ name, text, values: [...values] });
        },
      }),
  };
}
