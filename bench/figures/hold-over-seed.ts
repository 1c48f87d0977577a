import { readFile } from "node:fs/promises";
import type pg from "pg";
import type { Bench } from "../bench.ts";
import { defaultPoolSize } from "../../server/database.ts";
import { compare, share } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { app } from "../hold.ts";
import { addPerformance, createTheatre, randomToken } from "../theatre.ts";

/** As many as the server has connections, unless told otherwise. */
const clientCount = defaultPoolSize;
const seatsPerHold = 4;
const holdsPerRound = 3000;

/** A connection of the early draft, and the user whose it is. */
interface Buyer {
  readonly client: pg.Client;
  readonly userId: string;
}

/**
 * Holds per second of `hold_seats` over an early draft of this product that locks one seat per call (`seed-000.sql`): each
 * buyer there makes a booking and locks four seats, which are five statements.
 */
export async function holdOverSeed(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, holdsPerRound * seatsPerHold);
  const holders = await database.clients("lml_authenticator", clientCount);
  await Promise.all(holders.map((client) => app.becomeGuest(client, randomToken())));
  const draft = await database.connect("lml_owner");
  await draft.query(await readFile(new URL("../seed-000.sql", import.meta.url), "utf8"));
  const organizationId = await idOf(
    draft,
    "insert into organizations (name) values ('Bench') returning id",
  );
  const buyers = await Promise.all(
    (await database.clients("lml_owner", clientCount)).map((client) => createBuyer(client)),
  );

  const pieces = Array.from({ length: holdsPerRound }, (_, index) => index * seatsPerHold);
  const seatsFrom = (first: number): string[] => theatre.seatIds.slice(first, first + seatsPerHold);
  let references = 0;
  const { ratio } = await compare(
    {
      name: "hold_seats",
      prepare: async () => {
        const performanceId = await addPerformance(owner, theatre);
        return {
          pieces,
          work: (some: readonly number[]) =>
            share(holders, some, (client, first) =>
              app.hold(client, performanceId, seatsFrom(first)),
            ),
        };
      },
    },
    {
      name: "early draft",
      prepare: async () => {
        const eventId = await createDraftEvent(draft, organizationId, theatre.seatIds);
        return {
          pieces,
          work: (some: readonly number[]) =>
            share(buyers, some, (buyer, first) =>
              lockOneByOne(
                buyer,
                organizationId,
                eventId,
                reference(references++),
                seatsFrom(first),
              ),
            ),
        };
      },
    },
    bench.rounds,
    bench.log,
  );
  return [figure("hold_seats over the early draft", ratio, "ratio", "at least", 5)];
}

async function createBuyer(client: pg.Client): Promise<Buyer> {
  await client.query("set search_path = seed_000");
  const userId = await idOf(client, "insert into users (email) values ($1) returning id", [
    `${randomToken()}@example.com`,
  ]);
  return { client, userId };
}

/** One more event with all seats free, its statistics as fresh as those of the other side. */
async function createDraftEvent(
  draft: pg.Client,
  organizationId: string,
  seatIds: readonly string[],
): Promise<string> {
  const eventId = await idOf(
    draft,
    "insert into events (organization_id, title) values ($1, 'Bench') returning id",
    [organizationId],
  );
  await draft.query(
    `insert into seat_booking_state (event_id, seat_id, section, final_price_cents)
     select $1, seat_id, 'Stalls', 5000 from unnest($2::text[]) as seat_id`,
    [eventId, seatIds],
  );
  await draft.query("vacuum analyze seat_booking_state, bookings, audit_log, users, events");
  return eventId;
}

async function lockOneByOne(
  { client, userId }: Buyer,
  organizationId: string,
  eventId: string,
  bookingReference: string,
  seatIds: readonly string[],
): Promise<void> {
  const created = await client.query<{ id: string }>({
    name: "draft-booking",
    text: `insert into bookings (booking_reference, user_id, event_id, organization_id)
      values ($1, $2, $3, $4) returning id`,
    values: [bookingReference, userId, eventId, organizationId],
  });
  for (const seatId of seatIds) {
    const { rows } = await client.query<{ locked: boolean }>({
      name: "draft-lock",
      text: "select acquire_seat_lock($1, $2, $3, $4) as locked",
      values: [eventId, seatId, userId, created.rows[0]?.id],
    });
    if (rows[0]?.locked !== true) throw new Error("The early draft lost a seat.");
  }
}

/** Six letters and digits are few enough to meet by chance, so they are counted. */
function reference(count: number): string {
  return `LML-${count.toString(36).toUpperCase().padStart(6, "0")}`;
}

async function idOf(client: pg.Client, sql: string, values: unknown[] = []): Promise<string> {
  const { rows } = await client.query<{ id: string }>(sql, values);
  if (rows[0] === undefined) throw new Error(`Nothing came of ${sql}.`);
  return rows[0].id;
}
