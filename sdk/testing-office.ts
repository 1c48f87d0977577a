// A box office of a test's own: database, Stripe's stand-in, server and worker.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { repositoryRoot } from "../cli/db/paths.ts";
import { testDatabase, type TestDatabase, until } from "../db/tests/harness.ts";
import { serve } from "../server/testing.ts";
import { type StripeStandIn, startStripeStandIn } from "../server/stripe-stand-in/index.ts";
import { type RunningWorker, startWorker, type WorkerOptions } from "../worker/worker.ts";
import {
  type Booking,
  type ClientOptions,
  LastMinuteLive,
  type LayoutDocument,
  type Performance,
  type Seat,
  type Session,
} from "./index.ts";

/** A running box office. Use with `await using`. */
export interface TestOffice extends AsyncDisposable {
  readonly url: string;
  readonly database: TestDatabase;
  readonly standIn: StripeStandIn;
  /** Lets a running job finish, and takes no new one until `startWorker`. */
  stopWorker(): Promise<void>;
  /** Starts the worker again. */
  startWorker(): Promise<void>;
  /** A worker in a process of its own, which can be killed. */
  startMortalWorker(): Promise<MortalWorker>;
  /** What cards were charged with at Stripe, and what of it went back, in minor units. */
  atStripe(): Promise<{ readonly received: number; readonly returned: number }>;
  /** The newest mail to an address, of those that say something, once the worker has sent it. */
  mailTo(email: string, saying?: string): Promise<string>;
  /** Has the worker mail what was sold, as it does each minute anyway. */
  confirmSales(): Promise<void>;
  /** A client for one more person. */
  client(options?: Partial<ClientOptions>): LastMinuteLive;
  /** Stops all but the database, once everything that was begun has come to its end. */
  close(): Promise<void>;
}

/** A worker in a process of its own. */
export interface MortalWorker {
  /** Kills it as a failure of the machine would (SIGKILL), and lets the minute pass in which it is found dead. */
  kill(): Promise<void>;
}

const keys = {
  secretKey: "sk_test_sdk",
  publishableKey: "pk_test_sdk",
  webhookSecret: "whsec_sdk",
} as const;

/** Where pages are served from that may call a box office. */
export const shopOrigin = "https://shop.example";

/** Starts a box office. */
export async function startOffice(): Promise<TestOffice> {
  const database = await testDatabase();
  try {
    return await openOffice(database);
  } catch (error) {
    await database.drop();
    throw error;
  }
}

/** Starts a box office on a database that is there. `log` is told what its worker complains of (default: standard error). */
export async function openOffice(
  database: TestDatabase,
  log?: WorkerOptions["log"],
): Promise<TestOffice> {
  await using started = new AsyncDisposableStack();
  const standIn = started.use(await startStripeStandIn({ ...keys, port: 0, webhookUrl: null }));
  const server = started.use(
    await serve(database, {
      logLevel: log === undefined ? "warn" : "silent",
      stripe: { ...keys, apiBase: standIn.url },
      allowedOrigins: [shopOrigin],
      secretKey: "the key of these tests, which is long",
      // Fifty buyers at one address who sell out a stadium within seconds are what some tests are about.
      rateLimits: { address: 1_000_000, caller: 1_000_000 },
    }),
  );
  standIn.control.sendWebhooksTo(`${server.url}/stripe/webhook`);
  const mailDirectory = await mkdtemp(join(tmpdir(), "lml-mail-"));
  started.defer(() => rm(mailDirectory, { recursive: true }));
  let worker: RunningWorker | null = null;
  const begin = async (): Promise<void> => {
    worker ??= await startWorker({
      databaseUrl: database.url("lml_worker"),
      stripe: { secretKey: keys.secretKey, apiBase: standIn.url },
      mail: { directory: mailDirectory, publicUrl: shopOrigin },
      ...(log === undefined ? {} : { log }),
    });
  };
  const stop = async (): Promise<void> => {
    const running = worker;
    worker = null;
    await running?.stop();
  };
  await begin();
  started.defer(stop);
  // One that a failed test has left.
  const mortals: MortalWorker[] = [];
  started.defer(async () => {
    for (const mortal of mortals) await mortal.kill();
  });
  const running = started.move();
  const close = async (): Promise<void> => {
    await standIn.control.settled();
    await running.disposeAsync();
  };
  return {
    url: server.url,
    database,
    standIn,
    startWorker: begin,
    stopWorker: stop,
    startMortalWorker: async () => {
      const mortal = await startMortalWorker(database, standIn, mailDirectory);
      mortals.push(mortal);
      return mortal;
    },
    atStripe: () => chargesAtStripe(standIn),
    mailTo: (email, saying = "") => newestMail(mailDirectory, email, saying),
    confirmSales: async () => {
      await database
        .pool("lml_owner", 1)
        .query("select app_private.add_job('booking__mail_confirmed', '{}')");
    },
    client: (options) => new LastMinuteLive({ url: server.url, ...options }),
    close,
    [Symbol.asyncDispose]: async () => {
      await running.disposeAsync();
      await database.drop();
    },
  };
}

const chargesPage = z.object({
  has_more: z.boolean(),
  data: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      amount: z.int(),
      amount_refunded: z.int(),
    }),
  ),
});

async function chargesAtStripe({ url }: StripeStandIn): ReturnType<TestOffice["atStripe"]> {
  const sum = { received: 0, returned: 0 };
  for (let after = ""; ;) {
    const answer = await fetch(`${url}/v1/charges?limit=100${after}`, {
      headers: { authorization: `Bearer ${keys.secretKey}` },
    });
    const page = chargesPage.parse(await answer.json());
    for (const { status, amount, amount_refunded: returned } of page.data) {
      if (status !== "succeeded") continue;
      sum.received += amount;
      sum.returned += returned;
    }
    if (!page.has_more) return sum;
    after = `&starting_after=${page.data.at(-1)?.id ?? ""}`;
  }
}

async function startMortalWorker(
  database: TestDatabase,
  standIn: StripeStandIn,
  mailDirectory: string,
): Promise<MortalWorker> {
  const child = spawn(process.execPath, [join(repositoryRoot, "worker", "main.ts")], {
    env: {
      ...process.env,
      LML_WORKER_DATABASE_URL: database.url("lml_worker"),
      STRIPE_SECRET_KEY: keys.secretKey,
      STRIPE_API_BASE: standIn.url,
      LML_MAIL_DIRECTORY: mailDirectory,
      LML_PUBLIC_URL: shopOrigin,
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [ready] = (await once(child.stdout, "data")) as [Buffer];
  const id = /^worker (\S+) is ready/.exec(String(ready))?.[1] ?? "";
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    const root = database.pool("superuser", 1);
    // The server would go on with what it was told last.
    await root.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where usename = 'lml_worker' and datname = current_database()`,
    );
    await root.query(
      `update app_private.worker_heartbeats set beaten_at = beaten_at - interval '1 minute'
      where worker_id = $1`,
      [id],
    );
  };
  return { kill };
}

async function newestMail(directory: string, email: string, saying: string): Promise<string> {
  const find = async (): Promise<string | undefined> => {
    const files = (await readdir(directory)).filter((name) => name.endsWith(".eml")).sort();
    for (const file of files.toReversed()) {
      const sent = await readFile(join(directory, file), "utf8");
      const mail = readable(sent);
      if (mail.includes(`To: ${email}`) && mail.includes(saying)) return mail;
    }
    return undefined;
  };
  return await until(find).catch((cause: unknown) => {
    throw new Error(`No mail came for ${email}.`, { cause });
  });
}

/** A mail as its reader sees it: long lines, and what is not ASCII, travel as quoted-printable. */
function readable(sent: string): string {
  const [head = "", ...body] = sent.split("\r\n\r\n");
  const headers = head
    .replaceAll(/\?=\r\n =\?UTF-8\?Q\?/g, "")
    .replaceAll(/=\?UTF-8\?Q\?(.*?)\?=/g, (_, words: string) =>
      decoded(words.replaceAll("_", " ")),
    );
  const text = body.join("\r\n\r\n");
  return `${headers}\r\n\r\n${/quoted-printable/.test(head) ? decoded(text) : text}`;
}

function decoded(text: string): string {
  const joined = text.replaceAll(/=\r?\n/g, "").replaceAll("%", "%25");
  return decodeURIComponent(joined.replaceAll(/=([0-9A-F]{2})/g, "%$1"));
}

/** A small hall: two rows of five good seats, one of ten cheap ones. */
export const smallHall: LayoutDocument = {
  format: "lml-layout/1",
  name: "Small hall",
  categories: [{ name: "Good" }, { name: "Cheap" }],
  sections: [
    {
      name: "Stalls",
      rows: [["A", 5, "Good"] as const, ["B", 5, "Good"] as const, ["C", 10, "Cheap"] as const].map(
        ([name, count, category], row) => ({
          name,
          seats: Array.from({ length: count }, (_, i) => ({
            number: String(i + 1),
            x: (i + 1) / 20,
            y: (row + 1) / 10,
            category,
          })),
        }),
      ),
    },
  ],
};

/** What most tests put on sale. */
export const smallShow: Show = { layout: smallHall, prices: { Good: 5000, Cheap: 2000 } };

/** The token in a mail. */
export const tokenIn = (mail: string): string => /token=([\w-]{43})/.exec(mail)?.[1] ?? "";

/** Somebody asks for an account, reads their mail, and opens it. */
export async function openAccount(
  office: TestOffice,
  lml: LastMinuteLive,
  person: Parameters<LastMinuteLive["signUp"]>[0],
): Promise<Session> {
  await lml.signUp(person);
  const token = tokenIn(await office.mailTo(person.email));
  return await lml.completeSignUp({ token, password: person.password });
}

/** What a performance on sale is made from. */
export interface Show {
  /** A document, or the text of one. */
  readonly layout: LayoutDocument | string;
  /** In the currency's minor unit, by the plan's category. */
  readonly prices: Readonly<Record<string, number>>;
  /** Euros unless told otherwise. */
  readonly currency?: string;
}

/** Somebody opens an account, an organization and a venue, and puts a show on sale. */
export async function putOnSale(
  office: TestOffice,
  organizer: LastMinuteLive,
  { layout, prices, currency }: Show,
): Promise<Performance> {
  await openAccount(office, organizer, {
    email: "organizer@example.com",
    password: "a long enough password",
    firstName: "Olga",
    lastName: "Organizer",
  });
  const organization = await organizer.createOrganization({
    name: "Playhouse",
    slug: "playhouse",
    email: "office@example.com",
    defaultCurrency: currency ?? "EUR",
  });
  const venue = await organizer.createVenue({
    organizationId: organization.id,
    name: "Great hall",
    slug: "great-hall",
    timezone: "Europe/Vienna",
    address: { city: "Vienna" },
  });
  const plan = await organizer.importLayout(venue, layout);
  const event = await organizer.createEvent({
    organizationId: organization.id,
    venueId: venue.id,
    title: "The Tempest",
    slug: "the-tempest",
  });
  for (const [category, priceCents] of Object.entries(prices)) {
    await organizer.createTicketCategory({
      eventId: event.id,
      name: category,
      priceCents,
      seatCategories: [category],
    });
  }
  const performance = await organizer.createPerformance({
    eventId: event.id,
    layoutId: plan.id,
    startsAt: new Date(Date.now() + 7 * 86_400_000).toISOString(),
  });
  await organizer.publishEvent(event);
  return performance;
}

/** A box office in which somebody has put a show on sale. */
export interface OpenOffice {
  readonly office: TestOffice;
  readonly organizer: LastMinuteLive;
  readonly performance: Performance;
}

/** What most tests begin with: a box office, and a show of its organizer's. */
export async function startOfficeWithShow(show = smallShow): Promise<OpenOffice> {
  const office = await startOffice();
  try {
    const organizer = office.client();
    return { office, organizer, performance: await putOnSale(office, organizer, show) };
  } catch (error) {
    await office[Symbol.asyncDispose]();
    throw error;
  }
}

/** The first seats that are free, of one category where one is named. */
export async function freeSeats(
  lml: LastMinuteLive,
  performance: Performance,
  count: number,
  category?: string,
): Promise<readonly Seat[]> {
  const { seats } = await lml.seatMap(performance);
  return seats
    .filter(({ status }) => status === "available")
    .filter((seat) => category === undefined || seat.category?.name === category)
    .slice(0, count);
}

/** Somebody buys the first free seats with a card that works. */
export async function buySeats(
  lml: LastMinuteLive,
  performance: Performance,
  count: number,
  buyer: Parameters<LastMinuteLive["startCheckout"]>[1] = { email: "ada@example.com" },
): Promise<Booking> {
  const held = await lml.hold(performance, await freeSeats(lml, performance, count));
  await lml.startCheckout(held, buyer);
  return await lml.pay(held, { testCard: "visa" });
}
