import type pg from "pg";
import { Passwords } from "../../server/passwords.ts";
import { newToken } from "../../server/tokens.ts";
import { CliError } from "../errors.ts";
import { sha256Hex } from "../layout/canonical.ts";
import { onConnection } from "../office/connection.ts";
import { type DemoAccount, demoAccounts, demoOrganizationSlug, demoVenueSlug } from "./accounts.ts";
import { playhouseText } from "./playhouse.ts";

/** What a seed found and made. */
export interface SeedReport {
  /** Whether the accounts were made now, with the password that was asked for. */
  readonly accountsMade: boolean;
  readonly performancesMade: number;
  /** All of the demo's performances that are still to come. */
  readonly performances: readonly SeededPerformance[];
}

/** A performance of the demo. */
export interface SeededPerformance {
  readonly title: string;
  readonly startsAt: Date;
  /** As it stands on a poster, in the venue's time. */
  readonly localTime: string;
}

interface DemoEvent {
  readonly title: string;
  readonly slug: string;
  readonly description: string;
  /** ISO days of the week, 1 is Monday. */
  readonly weekdays: readonly number[];
  readonly startsAt: string;
  readonly lasts: string;
  /** Price in cents for each category of the plan. */
  readonly prices: Readonly<Record<string, number>>;
}

const timezone = "America/New_York";

const events: readonly DemoEvent[] = [
  {
    title: "The Tempest",
    slug: "the-tempest",
    description: "Shakespeare's last island, with live music, and a storm in the first row.",
    weekdays: [5, 6],
    startsAt: "19:30",
    lasts: "2 hours 30 minutes",
    prices: { Premium: 6800, Standard: 4800, Saver: 2900 },
  },
  {
    title: "Riverside Jazz Sunday",
    slug: "riverside-jazz-sunday",
    description: "The house quintet and a guest who is announced on the night.",
    weekdays: [7],
    startsAt: "18:00",
    lasts: "2 hours",
    prices: { Premium: 4200, Standard: 3200, Saver: 1900 },
  },
];

/** Whether nobody uses the database yet. */
export async function isEmpty(ownerUrl: string): Promise<boolean> {
  const text = `select not exists (select from app_public.organizations)
    and not exists (select from app_public.users) as empty`;
  return await onConnection(ownerUrl, async (client) => {
    const { rows } = await client.query<{ empty: boolean }>(text);
    return rows[0]?.empty === true;
  });
}

/** Whether the demo is there but all of its performances are over. */
export async function isOver(ownerUrl: string): Promise<boolean> {
  return await onConnection(ownerUrl, async (client) => {
    const organizationId = await findOrganization(client);
    if (organizationId === undefined) return false;
    return (await upcoming(client, organizationId)).length === 0;
  });
}

/**
 * Makes the demo: a theatre with a seating plan, two events on sale, and three accounts. What is there already stays as
 * it is; when all performances are over, new ones are added. All of it happens, or nothing.
 *
 * Everything is done through the functions that the API offers, as the theatre's owner, except what is not the owner's to do.
 */
export async function seed(ownerUrl: string, password: string): Promise<SeedReport> {
  return await onConnection(ownerUrl, async (client) => {
    await client.query("begin");
    try {
      // Of two seeds at once, the second finds the work of the first.
      await client.query("select pg_advisory_xact_lock(hashtext('lml seed'))");
      const report = await seedIn(client, password);
      await client.query("commit");
      return report;
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      throw error;
    }
  });
}

async function seedIn(client: pg.Client, password: string): Promise<SeedReport> {
  const owner = await findOrRegister(client, demoAccounts.owner, password);
  const door = await findOrRegister(client, demoAccounts.door, password);
  const customer = await findOrRegister(client, demoAccounts.customer, password);
  await signIn(client, owner.userId);
  const organizationId = await findOrCreateOrganization(client, owner.userId, door.userId);
  const venueId = await findOrCreateVenue(client, organizationId);
  const layoutId = await storeLayout(client, venueId);
  let performancesMade = 0;
  for (const event of events) {
    const eventId = await findOrCreateEvent(client, organizationId, venueId, event);
    performancesMade += await addPerformances(client, organizationId, eventId, layoutId, event);
    // Publishing what is published changes nothing.
    await client.query("select app_public.publish_event($1)", [eventId]);
  }
  await signOut(client);
  return {
    accountsMade: [owner, door, customer].some(({ made }) => made),
    performancesMade,
    performances: await upcoming(client, organizationId),
  };
}

async function findOrRegister(
  client: pg.Client,
  account: DemoAccount,
  password: string,
): Promise<{ userId: string; made: boolean }> {
  const found = await value(client, "select id as value from app_public.users where email = $1", [
    account.email,
  ]);
  if (found !== undefined) return { userId: found, made: false };
  const userId = await need(client, "select app_private.register_user($1, $2, $3, $4) as value", [
    account.email,
    await new Passwords().hash(password),
    account.firstName,
    account.lastName,
  ]);
  // Nobody reads mail to these addresses, so nobody could prove them; waiting lists, for one, ask for that.
  await client.query("update app_public.users set email_verified_at = now() where id = $1", [
    userId,
  ]);
  return { userId, made: true };
}

async function signIn(client: pg.Client, userId: string): Promise<void> {
  const token = newToken();
  await client.query("select app_private.open_session($1, $2, 'lml seed', null, null)", [
    userId,
    token,
  ]);
  await client.query("select set_config('lml.session_token', $1, true)", [token]);
}

async function signOut(client: pg.Client): Promise<void> {
  await client.query("select app_public.sign_out()");
}

async function findOrganization(client: pg.Client): Promise<string | undefined> {
  return await value(client, "select id as value from app_public.organizations where slug = $1", [
    demoOrganizationSlug,
  ]);
}

async function findOrCreateOrganization(
  client: pg.Client,
  ownerId: string,
  doorId: string,
): Promise<string> {
  const found = await findOrganization(client);
  if (found !== undefined) {
    await requireDemoOwner(client, found, ownerId);
    return found;
  }
  const id = await need(
    client,
    `select (app_public.create_organization(
      name => 'Riverside Theatre Company', slug => $1, email => 'office@riverside.example',
      default_currency => 'USD'
    )).id as value`,
    [demoOrganizationSlug],
  );
  // The platform's part, which its staff decides, and a member who is not asked: the database's owner writes them.
  await client.query(
    `update app_public.organization_settings
    set service_fee_percentage = 3, service_fee_fixed_cents = 75, processing_fee_percentage = 2.9,
      processing_fee_fixed_cents = 0, commission_percentage = 5
    where organization_id = $1`,
    [id],
  );
  await client.query(
    `insert into app_public.tax_rates (organization_id, name, jurisdiction, percentage)
    values ($1, 'Sales tax', 'New York', 8)`,
    [id],
  );
  await client.query(
    `insert into app_public.organization_members (organization_id, user_id, role)
    values ($1, $2, 'staff')`,
    [id, doorId],
  );
  // Last, as it lapses with what was verified. Without it nothing is paid out.
  await client.query(
    "update app_public.organizations set verification_status = 'verified' where id = $1",
    [id],
  );
  return id;
}

async function requireDemoOwner(
  client: pg.Client,
  organizationId: string,
  ownerId: string,
): Promise<void> {
  const role = await value(
    client,
    `select role as value from app_public.organization_members
    where organization_id = $1 and user_id = $2 and status = 'active'`,
    [organizationId, ownerId],
  );
  if (role === "owner") return;
  throw new CliError(
    `There is an organization "${demoOrganizationSlug}" that ${demoAccounts.owner.email} does not own.`,
    { hint: "The demo data cannot live beside it. Seed another database." },
  );
}

async function findOrCreateVenue(client: pg.Client, organizationId: string): Promise<string> {
  const found = await value(
    client,
    "select id as value from app_public.venues where organization_id = $1 and slug = $2",
    [organizationId, demoVenueSlug],
  );
  if (found !== undefined) return found;
  return await need(
    client,
    `select (app_public.create_venue(
      organization_id => $1, name => 'Riverside Playhouse', slug => $2, timezone => $3,
      address => $4, description => 'A house of 300 seats by the river, with a balcony.'
    )).id as value`,
    [
      organizationId,
      demoVenueSlug,
      timezone,
      JSON.stringify({
        street: "1 Wharf Street",
        city: "Riverside",
        state: "NY",
        country: "US",
        postal_code: "10001",
      }),
    ],
  );
}

async function storeLayout(client: pg.Client, venueId: string): Promise<string> {
  const document = playhouseText();
  return await need(
    client,
    `select (app_public.import_venue_layout(
      venue_id => $1, document => $2, sha256 => $3, source_reference => 'lml seed'
    )).id as value`,
    [venueId, document, sha256Hex(document)],
  );
}

async function findOrCreateEvent(
  client: pg.Client,
  organizationId: string,
  venueId: string,
  event: DemoEvent,
): Promise<string> {
  const found = await value(
    client,
    "select id as value from app_public.events where organization_id = $1 and slug = $2",
    [organizationId, event.slug],
  );
  if (found !== undefined) return found;
  const id = await need(
    client,
    `select (app_public.create_event(
      organization_id => $1, venue_id => $2, title => $3, slug => $4, description => $5,
      tax_rate_id => (select t.id from app_public.tax_rates as t where t.organization_id = $1)
    )).id as value`,
    [organizationId, venueId, event.title, event.slug, event.description],
  );
  for (const [category, cents] of Object.entries(event.prices)) {
    await client.query(
      `select app_public.create_ticket_category(
        event_id => $1, name => $2, price_cents => $3, seat_categories => array[$2]::text[]
      )`,
      [id, category, cents],
    );
  }
  return id;
}

async function addPerformances(
  client: pg.Client,
  organizationId: string,
  eventId: string,
  layoutId: string,
  event: DemoEvent,
): Promise<number> {
  const ahead = await value(
    client,
    `select id as value from app_public.performances
    where organization_id = $1 and event_id = $2 and starts_at > now() limit 1`,
    [organizationId, eventId],
  );
  if (ahead !== undefined) return 0;
  // The next three weeks, from the day after tomorrow on, so that even the first one can be sold for a while.
  const { rowCount } = await client.query(
    `select app_public.create_performance(
      event_id => $1, layout_id => $2, starts_at => s.starts_at,
      ends_at => s.starts_at + $5::interval, doors_at => s.starts_at - interval '45 minutes'
    )
    from (
      select (d::date + $4::time) at time zone $6 as starts_at
      from generate_series(
        (now() at time zone $6)::date + 2, (now() at time zone $6)::date + 22, '1 day'
      ) as d
      where extract(isodow from d) = any ($3::int[])
      order by d
    ) as s`,
    [eventId, layoutId, event.weekdays, event.startsAt, event.lasts, timezone],
  );
  return rowCount ?? 0;
}

async function upcoming(client: pg.Client, organizationId: string): Promise<SeededPerformance[]> {
  const { rows } = await client.query<{ title: string; startsAt: Date; localTime: string }>(
    `select e.title, p.starts_at as "startsAt",
      to_char(p.starts_at at time zone v.timezone, 'Dy FMDD Mon YYYY, HH24:MI') as "localTime"
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
    where p.organization_id = $1 and e.status = 'published' and p.starts_at > now()
    order by p.starts_at, p.id`,
    [organizationId],
  );
  return rows;
}

async function value(
  client: pg.Client,
  text: string,
  values: unknown[],
): Promise<string | undefined> {
  const { rows } = await client.query<{ value: string }>(text, values);
  return rows[0]?.value;
}

async function need(client: pg.Client, text: string, values: unknown[]): Promise<string> {
  const found = await value(client, text, values);
  if (found === undefined) throw new Error(`This returned nothing: ${text}`);
  return found;
}
