import { randomInt } from "node:crypto";
import pg from "pg";
import type { Bench } from "../bench.ts";
import { figure, type Figure } from "../figure.ts";
import { app } from "../hold.ts";
import { addPerformance, createTheatre, randomToken, type Theatre } from "../theatre.ts";

const clientCount = 24;
const seatCount = 300;
const durationMs = 8_000;

/** Deadlocks while many buyers fight for few seats: hold 1 to 10 at random, add more, let go, check out, give up. */
export async function deadlocks(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, seatCount);
  const performanceId = await addPerformance(owner, theatre);
  const clients = await database.clients("lml_authenticator", clientCount);
  const end = Date.now() + durationMs;
  const seen = { victims: 0 };
  let attempts = 0;
  await Promise.all(
    clients.map(async (client) => {
      await app.becomeGuest(client, randomToken());
      while (Date.now() < end) {
        await visit(client, theatre, performanceId, seen);
        attempts += 1;
      }
    }),
  );
  // A session reports its statistics at the latest when it ends, so the server's count is read after that. Whoever was
  // chosen as a victim knows at once: the larger of the two counts is the truth.
  await Promise.all(clients.map((client) => client.end()));
  const { rows } = await owner.query<{ deadlocks: string }>(
    "select deadlocks from pg_stat_database where datname = current_database()",
  );
  const counted = Math.max(Number(rows[0]?.deadlocks), seen.victims);
  bench.log(`  ${attempts} carts, ${seen.victims} victims`);
  return [figure("deadlocks under mixed load", counted, "count", "at most", 0)];
}

/** One cart, from its first seat to its end. */
async function visit(
  client: pg.Client,
  theatre: Theatre,
  performanceId: string,
  seen: { victims: number },
): Promise<void> {
  const seats = (): string[] => {
    const wanted = new Set<string>();
    const count = randomInt(1, 11);
    while (wanted.size < count) wanted.add(theatre.seatIds[randomInt(seatCount)] ?? "");
    return [...wanted];
  };
  const booking = await attempt(client, seen, "select (app_public.hold_seats($1, $2)).id", [
    performanceId,
    seats(),
  ]);
  if (booking === undefined) return;
  await attempt(client, seen, "select (app_public.hold_seats($1, $2, $3)).id", [
    performanceId,
    seats().slice(0, 3),
    booking,
  ]);
  if (randomInt(2) === 0) {
    await attempt(client, seen, "select (app_public.start_checkout($1, 'a@example.com')).id", [
      booking,
    ]);
  }
  await attempt(client, seen, "select (app_public.cancel_booking($1)).id", [booking]);
}

/** Refusals are part of the game; whatever else fails is not. */
async function attempt(
  client: pg.Client,
  seen: { victims: number },
  sql: string,
  values: readonly unknown[],
): Promise<string | undefined> {
  try {
    const { rows } = await client.query<{ id: string }>(sql, [...values]);
    return rows[0]?.id;
  } catch (error) {
    const code = error instanceof pg.DatabaseError ? (error.code ?? "") : "";
    if (code === "40P01") seen.victims += 1;
    if (code.startsWith("LM") || code === "40P01") return undefined;
    throw error;
  }
}
