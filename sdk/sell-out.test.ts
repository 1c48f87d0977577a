// If this failed, a real seating plan could not be sold out by many buyers at once without a seat sold twice.
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatLayoutReport, readLayout } from "../cli/layout/index.ts";
import {
  type LastMinuteLive,
  PaymentDeclinedError,
  type Performance,
  type Seat,
  SeatsTakenError,
  type Ticket,
} from "./index.ts";
import { putOnSale, startOffice, type TestOffice } from "./testing-office.ts";

const FILE = new URL("../../shared/data/seatmap-canvas_stadium.json", import.meta.url);
const BUYERS = 50;
const SEATS_AT_ONCE_MAX = 6;
const SEATS = 738;

/** What happened while the plan sold out. */
interface Sale {
  bookings: number;
  /** Holds that lost a race for a seat. */
  collisions: number;
  /** Holds that were given up again. */
  canceled: number;
  declined: number;
  readonly tickets: Ticket[];
}

/** Random numbers in 0..1 that are the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 1 to 6 free seats, side by side as far as they are: where people sit, and where they collide. */
function choose(free: readonly Seat[], random: () => number): readonly Seat[] {
  const count = Math.min(free.length, 1 + Math.floor(random() * SEATS_AT_ONCE_MAX));
  // Everybody wants to sit in front.
  const start = Math.floor(random() ** 3 * (free.length - count + 1));
  return free.slice(start, start + count);
}

/** Buys what is there until nothing is left. */
async function buyAll(
  lml: LastMinuteLive,
  {
    performance,
    sale,
    random,
    name,
  }: {
    readonly performance: Performance;
    readonly sale: Sale;
    readonly random: () => number;
    readonly name: string;
  },
): Promise<void> {
  for (;;) {
    const { seats } = await lml.seatMap(performance);
    const free = seats.filter(({ status }) => status === "available");
    if (free.length === 0) {
      if (seats.every(({ status }) => status === "booked")) return;
      // What others hold, they may give up.
      await sleep(200);
      continue;
    }
    try {
      const held = await lml.hold(performance, choose(free, random));
      if (random() < 0.1) {
        await lml.cancel(held);
        sale.canceled += 1;
        continue;
      }
      await lml.startCheckout(held, { email: `${name}@example.com` });
      if (random() < 0.1) {
        await expect(lml.pay(held, { testCard: "declined" })).rejects.toThrow(PaymentDeclinedError);
        sale.declined += 1;
      }
      const paid = await lml.pay(held, { testCard: "visa" });
      sale.tickets.push(...(await lml.tickets(paid)));
      sale.bookings += 1;
    } catch (error) {
      if (!(error instanceof SeatsTakenError)) throw error;
      expect(error.seatIds.length).toBeGreaterThan(0);
      sale.collisions += 1;
    }
  }
}

describe.skipIf(!existsSync(FILE))("a stadium (needs seatmap-canvas_stadium.json)", () => {
  let office: TestOffice;
  let performance: Performance;

  beforeAll(async () => {
    office = await startOffice();
    const reading = readLayout(readFileSync(FILE, "utf8"), { repair: true, name: "Stadium" });
    if (!reading.accepted) throw new Error(formatLayoutReport(reading));
    const prices = Object.fromEntries(
      reading.document.categories.map(({ name }, index) => [name, 1_999 + index * 1_001]),
    );
    performance = await putOnSale(office, office.client(), {
      layout: reading.canonicalText,
      prices,
    });
    if (performance.layout?.sha256 !== reading.sha256) throw new Error("This is another plan.");
  });
  afterAll(async () => {
    await office[Symbol.asyncDispose]();
  });

  test(`sells out to ${BUYERS} buyers, each seat once`, { timeout: 300_000 }, async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const sale: Sale = { bookings: 0, collisions: 0, canceled: 0, declined: 0, tickets: [] };
    const begun = Date.now();
    await Promise.all(
      Array.from({ length: BUYERS }, (_, index) =>
        buyAll(office.client(), {
          performance,
          sale,
          random: randomOf(seed + index),
          name: `buyer${index}`,
        }),
      ),
    );
    const seconds = (Date.now() - begun) / 1000;
    const { bookings, collisions, canceled, declined, tickets } = sale;
    console.log(
      `sold out ${SEATS} seats to ${BUYERS} buyers in ${seconds.toFixed(1)} s: ${bookings} bookings, ` +
        `${collisions} collisions, ${canceled} canceled, ${declined} declined (seed ${seed})`,
    );

    expect(tickets).toHaveLength(SEATS);
    const places = tickets.map((each) => [each.section, each.rowName, each.seatNumber].join(" / "));
    expect(new Set(places).size).toBe(SEATS);
    expect(new Set(tickets.map(({ credential }) => credential)).size).toBe(SEATS);
    expect(collisions).toBeGreaterThan(0);
  });

  test("leaves a database in which everything adds up", async () => {
    // Sessions report deadlocks when they end.
    await office.close();
    const client = await office.database.connect("superuser");
    const rowsOf = async (text: string): Promise<unknown[]> => (await client.query(text)).rows;

    expect(
      await rowsOf("select deadlocks from pg_stat_database where datname = current_database()"),
    ).toEqual([{ deadlocks: "0" }]);
    expect(await rowsOf("select * from app_public.check_invariants()")).toEqual([]);
    expect(
      await rowsOf(`
        select count(*)::integer as tickets, count(distinct seat_no)::integer as seats
        from app_public.tickets where status = 'valid'
      `),
    ).toEqual([{ tickets: SEATS, seats: SEATS }]);
    expect(
      await rowsOf(`
        select sum(amount_cents) as balance,
          count(distinct transaction_id) > 0 as has_entries
        from app_public.ledger_entries
      `),
    ).toEqual([{ balance: "0", has_entries: true }]);
    // What Stripe holds is what the tickets cost, and nobody paid for what they did not get.
    expect(
      await rowsOf(`
        select
          (
            select sum(e.amount_cents) from app_public.ledger_entries as e
            join app_public.ledger_accounts as a on a.id = e.account_id
            where a.kind = 'stripe_balance'
          ) = (select sum(t.total_paid_cents) from app_public.tickets as t) as is_paid,
          (select count(*)::integer from app_public.refunds) as refunds
      `),
    ).toEqual([{ is_paid: true, refunds: 0 }]);
  });
});
