import { createHash, randomBytes } from "node:crypto";
import type pg from "pg";

/** An organization with a layout, ready to put any number of performances on sale. */
export interface Theatre {
  readonly organizationId: string;
  readonly layoutId: string;
  readonly eventId: string;
  readonly ticketCategoryId: string;
  /** The ids of the seats, by number: the first is seat number 1. */
  readonly seatIds: readonly string[];
}

/** A session's or cart's token, as clients make them. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Builds a theatre through the public functions, as its owner would. `owner` is connected as `lml_owner`. */
export async function createTheatre(owner: pg.Client, seatCount: number): Promise<Theatre> {
  const document = JSON.stringify({
    format: "lml-layout/1",
    name: "Bench",
    sections: [{ name: "Stalls", rows: rowsOf(seatCount) }],
  });
  const name = `bench-${randomBytes(4).toString("hex")}`;
  const email = `${name}@example.com`;
  const token = randomToken();
  const idOf = async (sql: string, values: readonly unknown[]): Promise<string> => {
    const { rows } = await owner.query<{ id: string }>(`select (${sql}).id`, [...values]);
    if (rows[0] === undefined) throw new Error(`Nothing came of ${sql}.`);
    return rows[0].id;
  };

  await owner.query(
    `select app_private.open_session(
      app_private.register_user($1, '$argon2id$bench', 'Bench', 'Owner'), $2, null, null, null
    )`,
    [email, token],
  );
  await owner.query("select set_config('lml.session_token', $1, false)", [token]);
  const organizationId = await idOf("app_public.create_organization($1, $1, $2)", [name, email]);
  const venueId = await idOf("app_public.create_venue($1, 'Bench', 'bench', 'Europe/Vienna')", [
    organizationId,
  ]);
  const layoutId = await idOf("app_public.import_venue_layout($1, $2, $3)", [
    venueId,
    document,
    createHash("sha256").update(document).digest("hex"),
  ]);
  const eventId = await idOf("app_public.create_event($1, $2, 'Bench', 'bench')", [
    organizationId,
    venueId,
  ]);
  const ticketCategoryId = await idOf(
    "app_public.create_ticket_category($1, 'Standard', 5000, array['I'])",
    [eventId],
  );
  const seats = await owner.query<{ seat_id: string }>(
    "select seat_id from app_public.layout_seats where layout_id = $1 order by seat_no",
    [layoutId],
  );
  const seatIds = seats.rows.map((seat) => seat.seat_id);
  return { organizationId, layoutId, eventId, ticketCategoryId, seatIds };
}

/** Puts one more performance on sale, with all its seats free and its statistics fresh. */
export async function addPerformance(owner: pg.Client, theatre: Theatre): Promise<string> {
  const { rows } = await owner.query<{ id: string }>(
    `select p.id from app_public.create_performance(
      $1, $2, now() + interval '30 days' + (random() * 1e9)::bigint * interval '1 microsecond'
    ) as p`,
    [theatre.eventId, theatre.layoutId],
  );
  await owner.query("select app_public.publish_event($1)", [theatre.eventId]);
  await owner.query("vacuum analyze app_public.seat_booking_state");
  const id = rows[0]?.id;
  if (id === undefined) throw new Error("The performance was not added.");
  return id;
}

function rowsOf(seats: number): unknown[] {
  const perRow = 50;
  return Array.from({ length: Math.ceil(seats / perRow) }, (_, row) => ({
    name: String(row + 1),
    seats: Array.from({ length: Math.min(perRow, seats - row * perRow) }, (_seat, number) => ({
      number: String(number + 1),
      x: number / perRow,
      y: row / Math.ceil(seats / perRow),
      category: "I",
    })),
  }));
}
