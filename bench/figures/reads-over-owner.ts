import type pg from "pg";
import { defaultPoolSize, openDatabase, type Database } from "../../server/database.ts";
import type { Bench } from "../bench.ts";
import { compare, share } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { app } from "../hold.ts";
import { addPerformance, createTheatre, randomToken, type Theatre } from "../theatre.ts";

const clientCount = defaultPoolSize;
const buyerCount = 100;
const bookingsOfEach = 40;
const seatsPerHold = 2;

/** What a page of the shop asks for, in one statement with its lists inside, as the server sends it. */
const eventPage = `
  select e.id, e.organization_id, e.venue_id, e.slug, e.title, e.description, e.status,
    e.currency, e.sales_start, e.sales_end, e.format, e.visibility, (
    select json_agg(p order by p.starts_at)
    from app_public.performances as p
    where p.organization_id = e.organization_id and p.event_id = e.id
  ) as performances, (
    select json_agg(json_build_object('category', c, 'prices', (
      select json_agg(r)
      from app_public.ticket_category_prices as r
      where r.organization_id = c.organization_id and r.ticket_category_id = c.id
    )))
    from app_public.ticket_categories as c
    where c.organization_id = e.organization_id and c.event_id = e.id
  ) as categories
  from app_public.events as e
  where e.id = $1`;

const seatMap = "select * from app_public.seat_map($1)";

const myBookings = `
  select b.*, (
    select json_agg(i)
    from app_public.booking_items as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
  ) as items, (
    select json_agg(t)
    from app_public.tickets as t
    where t.organization_id = b.organization_id and t.booking_id = b.id
  ) as tickets
  from app_public.bookings as b
  where b.user_id = $1
  order by b.id desc
  limit 20`;

interface Buyer {
  readonly id: string;
  readonly token: string;
}

interface Read {
  readonly name: string;
  readonly sql: string;
  readonly perRound: number;
  readonly valueFor: (buyer: Buyer) => string;
}

/**
 * Reads per second of those who may see some rows, over the same statements of the owner, who sees all. Both go the way of
 * the server's requests: a transaction that becomes who asks, and one statement.
 */
export async function readsOverOwner(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, buyerCount * bookingsOfEach * seatsPerHold);
  const performanceId = await addPerformance(owner, theatre);
  // Each buyer has a list to read.
  await owner.query("update app_public.events set open_carts_max = 1000");
  const buyers = await makeBuyers(owner);
  const users = await database.clients("lml_authenticator", clientCount);
  await buy(users, theatre, performanceId, buyers);
  await owner.query("vacuum analyze");
  const open = (databaseUrl: string): Database =>
    openDatabase({ databaseUrl, poolSize: clientCount, onError: () => undefined });
  const asUsers = open(database.url("lml_authenticator"));
  const asOwner = open(database.url("lml_owner"));

  const reads: readonly Read[] = [
    { name: "event page", sql: eventPage, perRound: 4000, valueFor: () => theatre.eventId },
    { name: "seat map", sql: seatMap, perRound: 300, valueFor: () => performanceId },
    { name: "my bookings", sql: myBookings, perRound: 2000, valueFor: ({ id }) => id },
  ];
  // As many at once as there are connections.
  const clients = Array.from({ length: clientCount }, (_, index) => index);
  const figures: Figure[] = [];
  for (const { name, sql, perRound, valueFor } of reads) {
    const pieces = Array.from({ length: perRound }, (_, index) => index);
    const side = (role: string, connections: Database) => ({
      name: `${name} as ${role}`,
      prepare: () =>
        Promise.resolve({
          pieces,
          work: (some: readonly number[]) =>
            share(clients, some, async (_client, piece) => {
              const buyer = buyers[piece % buyers.length];
              if (buyer === undefined) throw new Error("There are no buyers.");
              const settings = { role, "lml.session_token": buyer.token };
              const values = [valueFor(buyer)];
              const rows = await connections.query(settings, { name, text: sql, values });
              if (rows.length === 0) throw new Error(`There is no ${name}.`);
            }),
        }),
    });
    const { ratio } = await compare(
      side("lml_user", asUsers),
      side("lml_owner", asOwner),
      bench.rounds,
      bench.log,
    );
    figures.push(
      figure(`${name} with policies over the same as owner`, ratio, "ratio", "at least", 0.8),
    );
  }
  await Promise.all([asUsers.pool.end(), asOwner.pool.end()]);
  return figures;
}

async function makeBuyers(owner: pg.Client): Promise<Buyer[]> {
  const buyers: Buyer[] = [];
  for (let number = 0; number < buyerCount; number += 1) {
    const token = randomToken();
    const { rows } = await owner.query<{ id: string }>(
      "select app_private.register_user($1, '$argon2id$bench', 'Bench', 'Buyer') as id",
      [`buyer-${number}@example.com`],
    );
    const id = rows[0]?.id;
    if (id === undefined) throw new Error("A buyer was not registered.");
    await owner.query("select app_private.open_session($1, $2, null, null, null)", [id, token]);
    buyers.push({ id, token });
  }
  return buyers;
}

async function buy(
  users: readonly pg.Client[],
  theatre: Theatre,
  performanceId: string,
  buyers: readonly Buyer[],
): Promise<void> {
  await Promise.all(users.map((client) => client.query("set role lml_user")));
  const holds = Array.from({ length: buyerCount * bookingsOfEach }, (_, index) => index);
  await share(users, holds, async (client, hold) => {
    const token = buyers[hold % buyerCount]?.token ?? "";
    await client.query("select set_config('lml.session_token', $1, false)", [token]);
    const first = hold * seatsPerHold;
    await app.hold(client, performanceId, theatre.seatIds.slice(first, first + seatsPerHold));
  });
}
