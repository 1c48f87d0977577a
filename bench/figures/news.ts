import type pg from "pg";
import type { Bench } from "../bench.ts";
import { compare, share, type Side } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { app } from "../hold.ts";
import { addPerformance, createTheatre, randomToken } from "../theatre.ts";

const watchedCount = 1_000;
const asksPerRound = 20;
const clientCount = 16;
const holdsPerRound = 320;

/**
 * What a server asks twice a second of 1,000 performances and 1,000 bookings that somebody watches, what one listener then
 * reads, and what telling by NOTIFY would cost those who buy.
 */
export async function news(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const small = await createTheatre(owner, 4);
  const { rows } = await owner.query<{ id: string }>(
    `select (app_public.create_performance(
      $1, $2, now() + interval '30 days' + n * interval '1 hour'
    )).id from generate_series(1, $3) as n`,
    [small.eventId, small.layoutId, watchedCount],
  );
  await owner.query("select app_public.publish_event($1)", [small.eventId]);
  const watched = rows.map(({ id }) => id);
  // From here on, the owner is this one's.
  const theatre = await createTheatre(owner, 2_000);
  const performanceId = await addPerformance(owner, theatre);
  const guest = await database.connect("lml_authenticator");
  await app.becomeGuest(guest, randomToken());
  for (const id of watched) {
    await app.becomeGuest(guest, randomToken());
    await app.hold(guest, id, small.seatIds.slice(0, 1));
  }
  await owner.query("vacuum analyze");

  const server = await database.connect("lml_authenticator");
  const ask = async (
    since: string | null,
    bookings: readonly string[],
    versions: readonly (string | null)[],
  ): Promise<Record<string, string & string[]>> => {
    const { rows: answers } = await server.query({
      name: "news",
      text: "select * from app_private.find_news($1, $2, $3, $4)",
      values: [watched, since, bookings, versions],
    });
    return answers[0] as Record<string, string & string[]>;
  };
  const booked = await owner.query<{ id: string }>("select id from app_public.bookings");
  const ids = booked.rows.map(({ id }) => id);
  const first = await ask(null, ids, []);
  const nothingNew = await quickestMs(async () => {
    const answer = await ask(
      String(first["version"]),
      first["changed_booking_ids"] ?? [],
      first["changed_booking_versions"] ?? [],
    );
    if (answer["changed_performance_ids"] !== null || answer["changed_booking_ids"] !== null) {
      throw new Error("Something is new.");
    }
  });

  const { rows: maps } = await guest.query<{ version: string }>(
    "select version from app_public.seat_map($1)",
    [performanceId],
  );
  await app.hold(guest, performanceId, theatre.seatIds.slice(0, 4));
  const follow = await quickestMs(async () => {
    await guest.query({
      name: "follow",
      text: "select * from app_hidden.follow_seat_map($1, $2)",
      values: [performanceId, maps[0]?.version],
    });
  });
  bench.log(`  asking what is new ${nothingNew.toFixed(1)} ms, reading it ${follow.toFixed(2)} ms`);

  const clients = await database.clients("lml_authenticator", clientCount);
  for (const client of clients) await app.becomeGuest(client, randomToken());
  const side = (name: string, tells: boolean): Side => ({
    name,
    prepare: async () => {
      const date = await addPerformance(owner, theatre);
      return {
        pieces: Array.from({ length: holdsPerRound }, (_, n) => n),
        work: (pieces) =>
          share(clients, pieces, (client, n) =>
            sell(client, date, theatre.seatIds.slice(n * 4, n * 4 + 4), tells),
          ),
      };
    },
  });
  const telling = await compare(
    side("hold and NOTIFY", true),
    side("hold", false),
    bench.rounds,
    bench.log,
  );
  bench.log(`  holds that NOTIFY over holds: ${telling.ratio.toFixed(2)}`);
  return [figure("asking what is new of 1,000 maps and bookings", nothingNew, "ms", "at most", 50)];
}

/** Holds seats in a transaction, which both sides need. */
async function sell(
  client: pg.Client,
  performanceId: string,
  seatIds: readonly string[],
  tells: boolean,
): Promise<void> {
  await client.query("begin");
  await app.hold(client, performanceId, seatIds);
  await client.query(tells ? `select pg_notify('news', '${performanceId}')` : "select 1");
  await client.query("commit");
}

/** The quickest of some, which other programs have disturbed least. */
async function quickestMs(ask: () => Promise<void>): Promise<number> {
  await ask();
  const times: number[] = [];
  for (let n = 0; n < asksPerRound; n += 1) {
    const start = performance.now();
    await ask();
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}
