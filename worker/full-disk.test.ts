// If this failed, a disk that is full would cost somebody their money or their seats, or need somebody to tidy up.
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { describe, expect, test } from "vitest";
import { addPerformance, createTheatre, type Theatre } from "../bench/theatre.ts";
import {
  type Disk,
  limitedFiles,
  smallFileSystem,
  type WayToFullDisk,
} from "../db/tests/full-disk.ts";
import { isGivenAnew, testDatabase, type TestDatabase, until } from "../db/tests/harness.ts";
import { type Booking, LastMinuteLiveError, type LastMinuteLive } from "../sdk/index.ts";
import { openOffice, type TestOffice } from "../sdk/testing-office.ts";
import { reconcile } from "./reconcile.ts";
import { stripeClient } from "./stripe.ts";

/** Half of them have checked out when the disk is full; the others come then. */
const buyerCount = 32;

/** A box office on a disk that a test fills. */
interface Story extends AsyncDisposable {
  readonly office: TestOffice;
  readonly disk: Disk;
  readonly owner: pg.Client;
  readonly theatre: Theatre;
  readonly performanceId: string;
  /** What the worker has complained of. */
  readonly complaints: string[];
}

async function begin(way: WayToFullDisk): Promise<Story> {
  const database = await testDatabase();
  const { theatre, performanceId } = await prepare(database);
  const disk = await way.put(database);
  const complaints: string[] = [];
  const office = await openOffice(database, (_, line) => void complaints.push(line));
  return {
    office,
    disk,
    owner: await database.connect("lml_owner"),
    theatre,
    performanceId,
    complaints,
    [Symbol.asyncDispose]: async () => {
      await disk.makeRoom();
      await office[Symbol.asyncDispose]();
      await disk.remove();
    },
  };
}

/** Nobody is connected afterwards. */
async function prepare(
  database: TestDatabase,
): Promise<{ theatre: Theatre; performanceId: string }> {
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, buyerCount);
  const performanceId = await addPerformance(owner, theatre);
  await owner.end();
  return { theatre, performanceId };
}

/** A buyer who wants one seat, and does not give up. */
class Buyer {
  readonly #lml: LastMinuteLive;
  readonly #story: Story;
  readonly #index: number;
  #held: Booking | undefined;
  /** What each refusal said. */
  readonly refusals: string[] = [];

  constructor(story: Story, index: number) {
    this.#lml = story.office.client({ retries: 0 });
    this.#story = story;
    this.#index = index;
  }

  async checkOut(): Promise<void> {
    const { performanceId, theatre } = this.#story;
    const key = `buyer-${this.#index}-${performanceId}`;
    const seats = theatre.seatIds.slice(this.#index, this.#index + 1);
    const held = await this.#insist(() =>
      this.#lml.hold(performanceId, seats, { idempotencyKey: `${key}-hold` }),
    );
    await this.#insist(() =>
      this.#lml.startCheckout(
        held,
        { email: `buyer${this.#index}@example.com` },
        { idempotencyKey: `${key}-checkout` },
      ),
    );
    this.#held = held;
  }

  async pay(deadlineMs?: number): Promise<Booking> {
    const held = this.#held;
    if (held === undefined) throw new Error("This buyer holds nothing.");
    return await this.#insist(() => this.#lml.pay(held, { testCard: "visa" }, { deadlineMs }));
  }

  /** Tries again as long as the answer is that nothing was done, or may not have been. */
  async #insist<T>(step: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await step();
      } catch (error) {
        if (!(error instanceof LastMinuteLiveError)) throw error;
        this.refusals.push(error.code);
        if (error.code !== "LMBSY" && error.code !== "LMUNK") throw error;
        await sleep(200);
      }
    }
  }
}

async function everybody(
  buyers: readonly Buyer[],
  action: (buyer: Buyer) => Promise<unknown>,
): Promise<void> {
  await Promise.all(buyers.map(action));
}

async function value<T>(owner: pg.Client, text: string): Promise<T | undefined> {
  const { rows } = await owner.query<{ value: T }>(`select (${text}) as value`);
  return rows[0]?.value;
}

const jobsLeft = `
  select count(*)::int from graphile_worker._private_jobs as j
  join graphile_worker._private_tasks as t on t.id = j.task_id
  where t.identifier ~ '^(payment_intent|refund|stripe_event)__' and not ${isGivenAnew}`;

/** Waits until Stripe has told everything, and all of it was done. */
async function settle({ office, owner }: Story): Promise<void> {
  await office.standIn.control.settled();
  // As an operator does who does not want to wait.
  await owner.query("update graphile_worker._private_jobs set run_at = now() where run_at > now()");
  await until(async () => (await value<number>(owner, jobsLeft)) === 0);
}

async function isReady({ office }: Story): Promise<boolean> {
  return (await fetch(`${office.url}/readyz`)).ok;
}

const ways = {
  "whose files may not grow": limitedFiles,
  "on a file system without room": smallFileSystem,
};

describe.each(Object.entries(ways))("a database %s", (name, way) => {
  if (way.obstacle !== undefined)
    console.log(`not tested here: a database ${name}: ${way.obstacle}`);

  test.runIf(way.obstacle === undefined)(
    "loses nothing of what is bought meanwhile, and goes on once there is room",
    async () => {
      await using story = await begin(way);
      const { office, disk, owner, complaints } = story;
      const buyers = Array.from({ length: buyerCount }, (_, index) => new Buyer(story, index));
      const early = buyers.filter((_, index) => index % 2 === 0);
      const late = buyers.filter((_, index) => index % 2 === 1);
      await everybody(early, (buyer) => buyer.checkOut());
      await until(async () => (await value<number>(owner, jobsLeft)) === 0);
      expect(await isReady(story)).toBe(true);

      await disk.fill();
      const paid = everybody(early, (buyer) => buyer.pay());
      const bought = everybody(late, async (buyer) => {
        await buyer.checkOut();
        await buyer.pay();
      });
      const ended = Promise.all([paid, bought]);
      ended.catch(() => undefined);
      await until(async () => !(await isReady(story)));
      await sleep(500);
      expect(await owner.query("select * from app_public.check_invariants()")).toMatchObject({
        rows: [],
      });
      const { received } = await office.atStripe();
      expect(received).toBeGreaterThan(0);

      await disk.makeRoom();
      await ended;
      await settle(story);
      const codes = buyers.flatMap(({ refusals }) => refusals);
      expect(codes.filter((code) => code !== "LMBSY")).toEqual([]);
      await expectAllSold(story);
      process.stdout.write(
        `${name}: ${buyers.flatMap(({ refusals }) => refusals).length} refusals, ` +
          `${complaints.length} complaints of the worker\n`,
      );
    },
    180_000,
  );
});

// Where it can be taken, a way that needs no rights.
test.runIf(limitedFiles.obstacle === undefined)(
  "control: were a webhook answered before it is stored, money would come without a ticket",
  async () => {
    await using story = await begin(limitedFiles);
    const { office, disk, owner } = story;
    const buyers = Array.from({ length: buyerCount / 2 }, (_, index) => new Buyer(story, index));
    await everybody(buyers, (buyer) => buyer.checkOut());
    await until(async () => (await value<number>(owner, jobsLeft)) === 0);
    await using door = await openHastyDoor(`${office.url}/stripe/webhook`);
    office.standIn.control.sendWebhooksTo(door.url);
    await disk.fill();
    await everybody(buyers, (buyer) => buyer.pay(1_000).catch(() => undefined));
    await disk.makeRoom();
    await settle(story);
    const { received } = await office.atStripe();
    expect(await soldFor(owner)).toBeLessThan(received);
  },
  180_000,
);

interface Door extends AsyncDisposable {
  readonly url: string;
}

/** Says that it has got what comes, and passes it on then, whatever comes of that. */
async function openHastyDoor(target: string): Promise<Door> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.writeHead(200).end();
      const headers = { "stripe-signature": String(request.headers["stripe-signature"]) };
      fetch(target, { method: "POST", headers, body: Buffer.concat(chunks) }).catch(
        () => undefined,
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
}

async function soldFor(owner: pg.Client): Promise<number> {
  const sum = "select coalesce(sum(total_paid_cents), 0)::int from app_public.tickets";
  return (await value<number>(owner, sum)) ?? 0;
}

async function expectAllSold({ office, owner }: Story): Promise<void> {
  const { rows } = await owner.query(
    `select b.status::text, count(distinct b.id)::int as bookings, count(t.id)::int as tickets,
      sum(t.total_paid_cents)::int as paid
    from app_public.bookings as b left join app_public.tickets as t on t.booking_id = b.id
    group by b.status`,
  );
  const { received, returned } = await office.atStripe();
  expect(rows).toEqual([
    { status: "confirmed", bookings: buyerCount, tickets: buyerCount, paid: received },
  ]);
  expect(returned).toBe(0);
  expect(await value(owner, "select sum(amount_cents)::int from app_public.ledger_entries")).toBe(
    0,
  );
  const violated = await owner.query("select * from app_public.check_invariants()");
  expect(violated.rows).toEqual([]);
  const stripe = stripeClient({ secretKey: "sk_test_sdk", apiBase: office.standIn.url });
  const database = office.database.pool("lml_worker", 4);
  expect(await reconcile({ stripe, database, graceMinutes: 0 })).toMatchObject({
    status: "completed",
  });
  const findings = await owner.query("select kind, detail from app_public.payment_findings");
  expect(findings.rows).toEqual([]);
}
