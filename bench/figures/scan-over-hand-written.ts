import type pg from "pg";
import { defaultPoolSize } from "../../server/database.ts";
import type { Bench } from "../bench.ts";
import { compare, share } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { app } from "../hold.ts";
import { addPerformance, createTheatre, randomToken, type Theatre } from "../theatre.ts";

/** As many as the server has connections, unless told otherwise. */
const clientCount = defaultPoolSize;
const seatsPerBooking = 10;
const scansPerRound = 2000;

/** What somebody would write by hand who knows the ticket, and asks nothing of whoever scans it. */
const handWritten = `
  with entered as (
    update app_public.tickets
    set status = 'used', used_at = now(), entry_count = entry_count + 1, is_inside = true
    where organization_id = $1 and id = $2 and status = 'valid'
    returning performance_id
  )
  insert into app_public.ticket_scans (
    organization_id, performance_id, ticket_id, result, gate, scanned_by
  )
  select $1, performance_id, $2, 'success', 'North', $3 from entered`;

/**
 * What the same would write who asks what must be asked: whose session it is, whether they may scan here, whether the
 * performance goes on, and which ticket has the code. What is out of its reach is out of anybody's.
 */
const asking = `
  with door as (
    select p.organization_id, p.id, (
        select m.user_id
        from app_public.organization_members as m
        join app_public.role_permissions as r on r.role = m.role and r.permission = 'tickets.scan'
        where m.user_id = (select s.user_id from app_private.current_session as s)
          and m.organization_id = p.organization_id
          and m.status = 'active'
          and not m.venues_restricted
      ) as user_id
    from app_public.performances as p
    where p.id = $1
      and p.status <> 'canceled'
      and app_hidden.closing_time(p.starts_at, p.ends_at) >= now()
  ),
  entered as (
    update app_public.tickets as t
    set status = 'used', used_at = now(), entry_count = entry_count + 1, is_inside = true
    from door as d
    where (t.id, t.credential_version) = (
        select c.ticket_id, c.version
        from app_private.ticket_credentials as c
        where c.credential_hash = sha256(convert_to($2, 'UTF8'))
      )
      and (t.organization_id = d.organization_id) is true
      and (t.performance_id = d.id) is true
      and d.user_id is not null
      and t.status = 'valid'
      and not t.is_disputed
    returning t.organization_id, t.performance_id, t.id, d.user_id
  )
  insert into app_public.ticket_scans (
    organization_id, performance_id, ticket_id, result, gate, scanned_by
  )
  select organization_id, performance_id, id, 'success', 'North', user_id from entered`;

interface Sold {
  readonly id: string;
  readonly credential: string;
}

/** Scans per second of `scan_ticket` over a bare update and insert of the same rows. */
export async function scanOverHandWritten(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, scansPerRound);
  // Plans limit what is sold in a month.
  await owner.query("update app_public.organization_settings set subscription_tier = 'enterprise'");
  const { token, userId } = await staffOf(owner, theatre);
  const scanners = await database.clients("lml_authenticator", clientCount);
  for (const client of scanners) {
    await client.query("set role lml_user");
    await client.query("select set_config('lml.session_token', $1, false)", [token]);
  }
  const writers = await database.clients("lml_owner", clientCount);
  const guest = await database.connect("lml_authenticator");
  await app.becomeGuest(guest, randomToken());

  const side = (
    name: string,
    clients: readonly pg.Client[],
    scan: (client: pg.Client, performanceId: string, ticket: Sold) => Promise<void>,
  ) => ({
    name,
    prepare: async () => {
      const performanceId = await addPerformance(owner, theatre);
      const tickets = await sellOut(owner, guest, theatre, performanceId);
      return {
        pieces: tickets.map((_, index) => index),
        work: (pieces: readonly number[]) =>
          share(clients, pieces, async (client, piece) => {
            const ticket = tickets[piece];
            if (ticket !== undefined) await scan(client, performanceId, ticket);
          }),
      };
    },
  });

  const bare = side("hand-written", writers, async (client, _performanceId, { id }) => {
    const values = [theatre.organizationId, id, userId];
    const { rowCount } = await client.query({ name: "enter", text: handWritten, values });
    if (rowCount !== 1) throw new Error("A ticket was refused.");
  });
  const { ratio } = await compare(
    side("scan_ticket", scanners, async (client, performanceId, { credential }) => {
      const { rows } = await client.query<{ result: string }>({
        name: "scan",
        text: "select (app_public.scan_ticket($1, $2, 'North')).result",
        values: [performanceId, credential],
      });
      if (rows[0]?.result !== "success") throw new Error(`Refused: ${rows[0]?.result}.`);
    }),
    bare,
    bench.rounds,
    bench.log,
  );

  for (const client of writers) {
    await client.query("set plan_cache_mode = force_generic_plan");
    await client.query("select set_config('lml.session_token', $1, false)", [token]);
  }
  const ceiling = await compare(
    side("hand-written that asks", writers, async (client, performanceId, { credential }) => {
      const values = [performanceId, credential];
      const { rowCount } = await client.query({ name: "ask", text: asking, values });
      if (rowCount !== 1) throw new Error("A ticket was refused.");
    }),
    bare,
    bench.rounds,
    bench.log,
  );
  bench.log(`  hand-written SQL that asks the same is at ${ceiling.ratio.toFixed(2)}`);
  return [figure("scan_ticket over a bare update and insert", ratio, "ratio", "at least", 0.8)];
}

/** The owner of the theatre, with a session. */
async function staffOf(
  owner: pg.Client,
  theatre: Theatre,
): Promise<{ token: string; userId: string }> {
  const token = randomToken();
  const { rows } = await owner.query<{ id: string }>(
    `select m.user_id as id, app_private.open_session(m.user_id, $2, null, null, null)
    from app_public.organization_members as m where m.organization_id = $1`,
    [theatre.organizationId, token],
  );
  if (rows[0] === undefined) throw new Error("The theatre has no owner.");
  return { token, userId: rows[0].id };
}

/** Sells all seats of a performance, ten to a booking. */
async function sellOut(
  owner: pg.Client,
  guest: pg.Client,
  theatre: Theatre,
  performanceId: string,
): Promise<Sold[]> {
  for (let first = 0; first < scansPerRound; first += seatsPerBooking) {
    const seatIds = theatre.seatIds.slice(first, first + seatsPerBooking);
    const { rows } = await guest.query<{ id: string }>(
      `select (app_public.start_checkout((app_public.hold_seats($1, $2)).id, 'a@example.com')).id`,
      [performanceId, seatIds],
    );
    await owner.query("select app_private.confirm_booking($1)", [rows[0]?.id]);
  }
  const { rows } = await owner.query<Sold>(
    `select t.id, app_private.ticket_credential_of(t.id, t.credential_version) as credential
    from app_public.tickets as t where t.performance_id = $1 order by t.id`,
    [performanceId],
  );
  return rows;
}
