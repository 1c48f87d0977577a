// If this fails, some sequence of holds, payments, cancellations and scans leaves seats, money and tickets at odds.
import fc from "fast-check";
import { expect, test } from "vitest";
import { inTransaction, type TestTransaction } from "./harness.ts";

/** What somebody does. Bookings are numbered as they come; a number beyond the last begins at the first again. */
type Step =
  | { readonly do: "hold"; readonly guest: number; readonly seats: readonly number[] }
  | {
      readonly do: "extend" | "release";
      readonly booking: number;
      readonly seats: readonly number[];
    }
  | {
      readonly do: "check out" | "pay" | "give up" | "call off" | "run out";
      readonly booking: number;
    }
  | { readonly do: "scan"; readonly booking: number; readonly seat: number }
  | { readonly do: "sweep" };

interface Booking {
  readonly id: string;
  readonly guest: number;
  readonly seats: Set<number>;
  status: "draft" | "pending_payment" | "confirmed" | "canceled" | "expired";
  /** The deadline has passed. */
  over: boolean;
  asked: boolean;
  paid: boolean;
  returned: boolean;
  readonly used: Set<number>;
  ticketed: boolean;
}

const seatsInAll = 18;
const seatsPerBooking = 10;

/** All that matters of the database, in a few lines. */
class Model {
  readonly bookings: Booking[] = [];
  /** Who has a seat. What has run out is still there until somebody takes it. */
  readonly holders = new Map<number, Booking>();

  isOpen(booking: Booking): boolean {
    return booking.status === "draft" || booking.status === "pending_payment";
  }

  isFree(seat: number, forWhom?: Booking): boolean {
    const holder = this.holders.get(seat);
    if (holder === undefined) return true;
    return this.isOpen(holder) && (holder.over || holder === forWhom);
  }

  take(booking: Booking, seats: Iterable<number>): void {
    for (const seat of seats) this.holders.set(seat, booking);
  }

  free(booking: Booking, seats: Iterable<number> = booking.seats): void {
    for (const seat of seats) if (this.holders.get(seat) === booking) this.holders.delete(seat);
  }

  whyNoDraft(booking: Booking): string | undefined {
    if (booking.status === "expired" || (this.isOpen(booking) && booking.over)) return "LMEXP";
    return booking.status === "draft" ? undefined : "LMBST";
  }

  /** What should come of a step, and what changes with it. */
  expect(step: Exclude<Step, { do: "hold" }>, booking: Booking): string {
    switch (step.do) {
      case "extend": {
        const refusal = this.whyNoDraft(booking);
        if (refusal !== undefined) return refusal;
        const wanted = step.seats.filter((seat) => !booking.seats.has(seat));
        if (booking.seats.size + wanted.length > seatsPerBooking) return "LMQTY";
        if (!wanted.every((seat) => this.isFree(seat))) return "LMTKN";
        for (const seat of wanted) booking.seats.add(seat);
        this.take(booking, wanted);
        return "done";
      }
      case "release": {
        const refusal = this.whyNoDraft(booking);
        if (refusal !== undefined) return refusal;
        if (!step.seats.every((seat) => booking.seats.has(seat))) return "LMSEA";
        this.free(booking, step.seats);
        for (const seat of step.seats) booking.seats.delete(seat);
        return "done";
      }
      case "check out": {
        const refusal = this.whyNoDraft(booking);
        if (refusal !== undefined) return refusal;
        if (booking.seats.size === 0) return "LMQTY";
        booking.status = "pending_payment";
        booking.asked = true;
        return "done";
      }
      case "pay":
        if (!booking.asked) return "P0002";
        if (booking.paid) return "done";
        booking.paid = true;
        if (
          booking.status !== "canceled" &&
          [...booking.seats].every((seat) => this.isFree(seat, booking))
        ) {
          booking.status = "confirmed";
          booking.ticketed = true;
          this.take(booking, booking.seats);
          return "done";
        }
        if (this.isOpen(booking)) {
          this.free(booking);
          booking.status = "expired";
        }
        booking.returned = true;
        return "done";
      case "give up":
      case "call off":
        if (booking.status === "confirmed") {
          if (step.do === "give up") return "LMRGT";
          if (booking.used.size > 0) return "LMTUS";
          booking.returned = true;
        } else if (!this.isOpen(booking)) {
          return "LMBST";
        }
        this.free(booking);
        booking.status = "canceled";
        return "done";
      case "run out":
        if (this.isOpen(booking)) booking.over = true;
        return "done";
      case "scan":
        if (!booking.ticketed || !booking.seats.has(step.seat)) return "invalid";
        if (booking.status === "canceled") return "canceled";
        if (booking.used.has(step.seat)) return "already_scanned";
        booking.used.add(step.seat);
        return "success";
      case "sweep":
        for (const each of this.bookings.filter((one) => this.isOpen(one) && one.over)) {
          this.free(each);
          each.status = "expired";
        }
        return "done";
    }
  }
}

const seats = fc.uniqueArray(fc.integer({ min: 1, max: seatsInAll }), {
  minLength: 1,
  maxLength: 4,
});
// Few, so that many things happen to each.
const booking = fc.nat({ max: 3 });
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("hold" as const),
        guest: fc.integer({ min: 1, max: 3 }),
        seats,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom("extend" as const, "release" as const),
        booking,
        seats,
      }),
    },
    {
      weight: 10,
      arbitrary: fc.record({
        do: fc.constantFrom(
          "check out" as const,
          "check out" as const,
          "pay" as const,
          "pay" as const,
          "give up" as const,
          "call off" as const,
          "run out" as const,
        ),
        booking,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("scan" as const),
        booking,
        seat: fc.integer({ min: 1, max: seatsInAll }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("sweep" as const) }) },
  ),
  { minLength: 1, maxLength: 40, size: "max" },
);

/** Seats picked blindly are rarely those of a booking: every other time, they are moved to seats that it has. */
function aimed(step: Step, { seats: own }: Booking): Step {
  const has = [...own];
  const aim = (seat: number): number => has[seat % has.length] ?? seat;
  if (has.length === 0) return step;
  if (step.do === "scan" && step.seat % 4 > 0) return { ...step, seat: aim(step.seat) };
  if (step.do === "release" && step.seats.length % 2 > 0) {
    return { ...step, seats: [...new Set(step.seats.map(aim))] };
  }
  return step;
}

async function perform({ rows }: TestTransaction, model: Model, blind: Step): Promise<void> {
  const about = model.bookings.at(
    "booking" in blind ? -1 - (blind.booking % Math.max(1, model.bookings.length)) : 0,
  );
  const step = about === undefined ? blind : aimed(blind, about);
  const value = async (text: string): Promise<string> =>
    (await rows<{ value: string }>(`select ${text} as value`))[0]?.value ?? "nothing";
  const attempt = async (who: string, text: string): Promise<string> => {
    await rows(`select ${who}`);
    const outcome = await value(`tests.attempt($do$ select ${text} $do$)`);
    await rows("select tests.as_owner()");
    // What would be checked at commit.
    await rows("set constraints all immediate");
    await rows("set constraints all deferred");
    return outcome;
  };
  const seatIds = (nos: readonly number[]): string => `tests.seats(${nos.join(", ")})`;

  if (step.do === "hold") {
    const name = `b${model.bookings.length}`;
    const outcome = await attempt(
      `tests.as_guest(${step.guest})`,
      `tests.keep('${name}', (app_public.hold_seats(tests.id('theatre.performance'), ${seatIds(step.seats)})).id)`,
    );
    expect(outcome).toBe(step.seats.every((seat) => model.isFree(seat)) ? "done" : "LMTKN");
    if (outcome !== "done") return;
    const made: Booking = {
      id: await value(`tests.id('${name}')::text`),
      guest: step.guest,
      seats: new Set(step.seats),
      status: "draft",
      over: false,
      asked: false,
      paid: false,
      returned: false,
      used: new Set(),
      ticketed: false,
    };
    model.bookings.push(made);
    model.take(made, step.seats);
    return;
  }
  if (about === undefined) return;
  const id = `'${about.id}'::uuid`;
  const guest = `tests.as_guest(${about.guest})`;
  const expected = model.expect(step, about);
  const outcome = await {
    extend: () =>
      attempt(
        guest,
        `app_public.hold_seats(tests.id('theatre.performance'), ${seatIds("seats" in step ? step.seats : [])}, ${id})`,
      ),
    release: () =>
      attempt(
        guest,
        `app_public.release_seats(${id}, ${seatIds("seats" in step ? step.seats : [])})`,
      ),
    "check out": () => attempt(guest, `app_public.start_checkout(${id}, 'a@example.com')`),
    pay: () => attempt("tests.as_owner()", `tests.pay(${id})`),
    "give up": () => attempt(guest, `app_public.cancel_booking(${id})`),
    "call off": () =>
      attempt("tests.sign_in('theatre support')", `app_public.cancel_booking(${id})`),
    "run out": () => attempt("tests.as_owner()", `tests.run_out(${id})`),
    sweep: () => attempt("tests.as_owner()", "app_private.expire_bookings()"),
    scan: async () => {
      await rows("select tests.sign_in('theatre staff')");
      const seat = "seat" in step ? step.seat : 0;
      const result = await value(
        `(app_public.scan_ticket(tests.id('theatre.performance'), tests.credential(${id}, ${seat}))).result::text`,
      );
      await rows("select tests.as_owner()");
      return result;
    },
  }[step.do]();
  expect(outcome, JSON.stringify(step)).toBe(expected);
}

async function compare({ rows }: TestTransaction, model: Model): Promise<void> {
  expect(await rows("select invariant, detail from app_public.check_invariants()")).toEqual([]);
  const found = await rows<{ id: string; status: string; refunds: number; tickets: number }>(
    `select b.id, b.status::text,
      (select count(*)::integer from app_public.refunds as r where r.booking_id = b.id) as refunds,
      (select count(*)::integer from app_public.tickets as t
        where t.booking_id = b.id and t.status in ('valid', 'used')) as tickets
    from app_public.bookings as b order by b.id`,
  );
  expect(found).toEqual(
    model.bookings
      .map((each) => ({
        id: each.id,
        status: each.status,
        refunds: each.returned ? 1 : 0,
        tickets: each.status === "confirmed" ? each.seats.size : 0,
      }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  );
  const map = await rows<{ availability: string }>(
    "select (app_public.seat_map(tests.id('theatre.performance'))).availability",
  );
  const letters = Array.from({ length: seatsInAll }, (_, n) => {
    const holder = model.holders.get(n + 1);
    if (holder === undefined || model.isFree(n + 1)) return "a";
    return holder.status === "confirmed" ? "b" : "l";
  });
  expect(map[0]?.availability).toBe(`${letters.join("")}xx`);
}

/** Runs each sequence on a new theatre, and compares. */
function behaves(transaction: TestTransaction): fc.IAsyncProperty<[Step[]]> {
  return fc.asyncProperty(steps, async (sequence) => {
    const model = new Model();
    await transaction.client.query("savepoint sequence");
    try {
      for (const step of sequence) await perform(transaction, model, step);
      await compare(transaction, model);
    } finally {
      await transaction.client.query("rollback to savepoint sequence");
    }
  });
}

test("whatever people do, in whatever order, the database does what the model does", async () => {
  const seed = Number(process.env["LML_SEED"] ?? Date.now() % 2 ** 31);
  process.stdout.write(`properties: LML_SEED=${seed}\n`);
  await inTransaction("lml_owner", async (transaction) => {
    await transaction.client.query("select tests.create_theatre()");
    await fc.assert(behaves(transaction), { seed, numRuns: 200 });
  });
}, 120_000);

// Each guard that is taken out is missed by some sequence.
const guards = [
  [
    "app_private.take_seats",
    "and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))",
    "",
  ],
  ["app_private.free_seats", "and s.booking_id = (free_seats.booking).id", ""],
  [
    "app_public.release_seats",
    "return app_private.masked_booking(app_private.store_booking_totals(v_booking.id));",
    "return v_booking;",
  ],
  ["app_private.settle_payment", "if not v_is_wanted then", "if false then"],
] as const;
test.for(guards)("control: without a part of %s it does not", async ([name, guard, instead]) => {
  await inTransaction("lml_owner", async (transaction) => {
    await transaction.client.query("select tests.create_theatre()");
    const [found] = await transaction.rows<{ source: string }>(
      "select pg_get_functiondef($1::regproc) as source",
      [name],
    );
    expect(found?.source).toContain(guard);
    await transaction.client.query(String(found?.source.replace(guard, instead)));
    const { failed } = await fc.check(behaves(transaction), {
      seed: 1,
      numRuns: 1000,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
  });
});
