import pg from "pg";
import type { Bench, BenchDatabase } from "../bench.ts";
import { compare, share, type Side } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { app } from "../hold.ts";
import { addPerformance, createTheatre, randomToken, type Theatre } from "../theatre.ts";

const clientCount = 10;
const seatsPerHold = 4;
const holdsPerRound = 1000;
const seatCount = 50_000;
const performanceCount = 100;

/** Holds per second with 5,000,000 seats, of a hundred performances, over those with 50,000, of one. */
export async function fiveMillionSeats(bench: Bench): Promise<Figure[]> {
  const [large, small] = [
    await sideOf(bench, "5,000,000 seats", performanceCount),
    await sideOf(bench, "50,000 seats", 1),
  ];
  const { ratio } = await compare(large, small, bench.rounds, bench.log);
  return [figure("holds with 5,000,000 seats over 50,000", ratio, "ratio", "at least", 0.9)];
}

async function sideOf(bench: Bench, name: string, count: number): Promise<Side> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, seatCount);
  const performanceIds = [await addPerformance(owner, theatre)];
  if (count > 1) performanceIds.push(...(await copies(bench, database, theatre, count - 1)));
  const clients = await database.clients("lml_authenticator", clientCount);
  await Promise.all(clients.map((client) => app.becomeGuest(client, randomToken())));
  // Each round holds other seats: what was held stays so.
  let next = 0;
  return {
    name,
    prepare: () => {
      const begin = next;
      next += holdsPerRound;
      return Promise.resolve({
        pieces: Array.from({ length: holdsPerRound }, (_, index) => begin + index),
        work: (some) =>
          share(clients, some, async (client, piece) => {
            const first = piece * seatsPerHold;
            const performanceId = performanceIds[piece % performanceIds.length] ?? "";
            await app.hold(
              client,
              performanceId,
              theatre.seatIds.slice(first, first + seatsPerHold),
            );
          }),
      });
    },
  };
}

/** More performances with the same seats, copied by a superuser without the checks that each seat passed once. */
async function copies(
  bench: Bench,
  database: BenchDatabase,
  theatre: Theatre,
  count: number,
): Promise<string[]> {
  const superuser = new pg.Client({
    connectionString: bench.server.url("postgres", database.name),
  });
  await superuser.connect();
  await superuser.query("set session_replication_role = replica");
  const { rows } = await superuser.query<{ id: string }>(
    `insert into app_public.performances (organization_id, event_id, layout_id, currency, starts_at)
    select organization_id, event_id, layout_id, currency, starts_at + n * interval '1 day'
    from app_public.performances, generate_series(1, $2) as n where event_id = $1
    returning id`,
    [theatre.eventId, count],
  );
  const ids = rows.map(({ id }) => id);
  for (const id of ids) {
    await superuser.query(
      `with c as (
        insert into app_public.performance_categories
        select organization_id, $1, category_no, ticket_category_id
        from app_public.performance_categories
        where performance_id = (
          select performance_id from app_public.seat_booking_state limit 1
        )
      )
      insert into app_public.seat_booking_state (
        organization_id, performance_id, seat_no, category_no
      )
      select organization_id, $1, seat_no, category_no from app_public.seat_booking_state
      where performance_id = (select performance_id from app_public.seat_booking_state limit 1)
      order by seat_no`,
      [id],
    );
  }
  await superuser.query("vacuum analyze app_public.seat_booking_state");
  await superuser.query("checkpoint");
  await superuser.end();
  return ids;
}
