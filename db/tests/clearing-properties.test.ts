// If this fails, some sequence of sales, refunds, late payments, failures and parts leaves a cent that nobody owns.
import fc from "fast-check";
import { expect, test } from "vitest";
import { inTransaction, type TestTransaction } from "./harness.ts";

/** What somebody does. Bookings are counted from the newest. */
type Step =
  | {
      readonly do: "sell";
      readonly guest: number;
      readonly seats: readonly number[];
      readonly hasCode: boolean;
      readonly inParts: boolean;
    }
  | {
      readonly do:
        | "pay"
        | "fail"
        | "run out"
        | "call off"
        | "return"
        | "settle"
        | "bounce"
        | "send back"
        | "retry";
      readonly booking: number;
    }
  | { readonly do: "refund"; readonly booking: number; readonly percent: number }
  | { readonly do: "sweep" };

/** What matters of a booking: four sums, from which all others follow. */
interface Booking {
  readonly id: string;
  readonly guest: number;
  readonly total: number;
  readonly inParts: boolean;
  /** What the buyer's bank has said yes to. */
  received: number;
  /** What has gone back for good. */
  returned: number;
  /** What the buyer has bought, and kept. */
  sold: number;
}

const seatsInAll = 18;

const booking = fc.nat({ max: 2 });
const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("sell" as const),
        guest: fc.integer({ min: 1, max: 3 }),
        seats: fc.uniqueArray(fc.integer({ min: 1, max: seatsInAll }), {
          minLength: 1,
          maxLength: 3,
        }),
        hasCode: fc.boolean(),
        inParts: fc.boolean(),
      }),
    },
    {
      weight: 10,
      arbitrary: fc.record({
        do: fc.constantFrom(
          "pay" as const,
          "pay" as const,
          "pay" as const,
          "fail" as const,
          "run out" as const,
          "call off" as const,
          "return" as const,
          "settle" as const,
          "settle" as const,
          "bounce" as const,
          "send back" as const,
          "retry" as const,
        ),
        booking,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("refund" as const),
        booking,
        percent: fc.integer({ min: 1, max: 110 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("sweep" as const) }) },
  ),
  { minLength: 4, maxLength: 25, size: "max" },
);

const prepare = `
  select tests.create_theatre();
  select tests.sign_in('theatre owner');
  select app_public.create_discount_code(tests.id('theatre.event'), 'SEVENTH', percentage => 14.2857);
  select tests.keep('plan', (app_public.create_payment_plan(
    tests.id('theatre.event'), 'Thirds', 2, deposit_percentage => 33, first_due_days => 7,
    interval_days => 7, last_due_days_before => 10
  )).id);
  select tests.as_owner();
`;

/** Runs statements, and tells their outcome as a word or an error's code. */
class Office {
  readonly transaction: TestTransaction;

  constructor(transaction: TestTransaction) {
    this.transaction = transaction;
  }

  async value<T = string>(text: string): Promise<T | undefined> {
    return (await this.transaction.rows<{ value: T }>(`select ${text} as value`))[0]?.value;
  }

  async attempt(who: string, text: string): Promise<string> {
    const { rows } = this.transaction;
    await rows(`select ${who}`);
    const outcome = await this.value(`tests.attempt($do$ select ${text} $do$)`);
    await rows("select tests.as_owner()");
    // What would be checked at commit.
    await rows("set constraints all immediate");
    await rows("set constraints all deferred");
    return String(outcome);
  }

  async status(id: string): Promise<string> {
    return String(await this.value(`tests.status('${id}')`));
  }
}

async function perform(office: Office, bookings: Booking[], step: Step): Promise<void> {
  if (step.do === "sell") {
    const sold = await sell(office, step, bookings.length);
    if (sold !== undefined) bookings.push(sold);
    return;
  }
  if (step.do === "sweep") {
    await office.attempt("tests.as_owner()", "app_private.expire_bookings()");
    return;
  }
  const about = bookings.at(-1 - step.booking);
  if (about === undefined) return;
  const id = `'${about.id}'::uuid`;
  switch (step.do) {
    case "pay":
      await pay(office, about);
      return;
    case "fail":
      await office.attempt("tests.as_owner()", `tests.stripe_says(${id}, 'payment_failed')`);
      return;
    case "run out":
      await office.attempt("tests.as_owner()", `tests.run_out(${id})`);
      return;
    case "refund": {
      const cents = Math.max(1, Math.round((about.total * step.percent) / 100));
      const outcome = await office.attempt(
        "tests.sign_in('theatre owner')",
        `app_public.refund_booking_amount(${id}, ${cents}, 'x')`,
      );
      // What was bought and kept, and no cent more.
      if (cents > about.sold) expect(outcome).not.toBe("done");
      if (outcome === "done") about.sold -= cents;
      return;
    }
    case "return": {
      // All of it, under terms that return everything.
      const outcome = await office.attempt(
        `tests.as_guest(${about.guest})`,
        `app_public.return_tickets(${id})`,
      );
      if (outcome === "done") about.sold = 0;
      return;
    }
    case "call off": {
      const outcome = await office.attempt(
        "tests.sign_in('theatre support')",
        `app_public.cancel_booking(${id})`,
      );
      if (outcome === "done") about.sold = 0;
      return;
    }
    case "settle":
    case "bounce":
      await endRefunds(office, about, step.do === "settle");
      return;
    case "send back":
      await sendBack(office, about);
      return;
    case "retry":
      await retryRefunds(office, about);
      return;
  }
}

async function sell(
  office: Office,
  { guest, seats, hasCode, inParts }: Extract<Step, { do: "sell" }>,
  number: number,
): Promise<Booking | undefined> {
  const name = `m${number}`;
  const who = `tests.as_guest(${guest})`;
  const held = await office.attempt(
    who,
    `tests.keep('${name}', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(${seats.join(", ")}))).id)`,
  );
  if (held !== "done") {
    expect(held).toBe("LMTKN");
    return undefined;
  }
  const id = String(await office.value(`tests.id('${name}')::text`));
  if (hasCode) {
    expect(await office.attempt(who, `app_public.apply_discount_code('${id}', 'SEVENTH')`)).toBe(
      "done",
    );
  }
  if (inParts) {
    const chosen = `app_public.choose_payment_plan('${id}', tests.id('plan'))`;
    expect(await office.attempt(who, chosen)).toBe("done");
  }
  const checkedOut = await office.attempt(
    who,
    `app_public.start_checkout('${id}', 'guest${guest}@example.com')`,
  );
  expect(checkedOut).toBe("done");
  const total = Number(
    await office.value(`(select total_amount_cents from app_public.bookings where id = '${id}')`),
  );
  return { id, guest, total, inParts, received: 0, returned: 0, sold: 0 };
}

/** The buyer pays what is asked for; of what is paid in parts, the next one. */
async function pay(office: Office, about: Booking): Promise<void> {
  if (about.inParts) {
    await office.attempt(
      `tests.as_guest(${about.guest})`,
      `app_public.open_payment('${about.id}')`,
    );
  }
  const before = await office.status(about.id);
  const asked = await office.transaction.rows<{ cents: number; paid: boolean }>(
    `select amount_cents::int as cents, received_cents > 0 as paid from app_public.payment_intents
    where id = tests.intent_of('${about.id}')`,
  );
  const [intent] = asked;
  const outcome = await office.attempt("tests.as_owner()", `tests.pay('${about.id}')`);
  if (intent === undefined) return;
  expect(outcome).toBe("done");
  if (!intent.paid) about.received += intent.cents;
  // With its first part a booking is sold, and the buyer owes the rest.
  const isSold = (status: string): boolean => ["partially_paid", "confirmed"].includes(status);
  if (!isSold(before) && isSold(await office.status(about.id))) about.sold = about.total;
}

/** Stripe tells what became of every refund that is under way. */
async function endRefunds(office: Office, about: Booking, isPaid: boolean): Promise<void> {
  const open = await office.transaction.rows<{ id: string; cents: number }>(
    `select id, amount_cents::int as cents from app_public.refunds as r
    where booking_id = '${about.id}' and status in ('pending', 'processing') order by id`,
  );
  for (const { id, cents } of open) {
    const news = isPaid ? "'succeeded', null" : "'failed', 'lost_or_stolen_card'";
    const call = `app_private.record_refund('${id}', 're_${id}', ${news})`;
    expect(await office.attempt("tests.as_owner()", call)).toBe("done");
    if (isPaid) about.returned += cents;
  }
}

/** The buyer's bank does not take what had arrived there. */
async function sendBack(office: Office, about: Booking): Promise<void> {
  const paid = await office.transaction.rows<{ id: string; cents: number }>(
    `select id, amount_cents::int as cents from app_public.refunds
    where booking_id = '${about.id}' and status = 'succeeded' order by id`,
  );
  for (const { id, cents } of paid) {
    const call = `app_private.record_refund('${id}', 're_${id}', 'failed', 'expired_or_canceled_card')`;
    expect(await office.attempt("tests.as_owner()", call)).toBe("done");
    about.returned -= cents;
  }
}

/** Somebody looks at what failed, maybe much later, and sends it again: it is always still there. */
async function retryRefunds(office: Office, about: Booking): Promise<void> {
  await office.transaction.rows("select tests.sign_in('theatre owner')");
  const failed = await office.transaction.rows<{ id: string }>(
    `select id from app_public.failed_refunds(tests.id('theatre.organization'))
    where booking_id = '${about.id}'`,
  );
  for (const { id } of failed) {
    const call = `app_public.retry_refund('${id}')`;
    expect(await office.attempt("tests.sign_in('theatre owner')", call)).toBe("done");
  }
  await office.transaction.rows("select tests.as_owner()");
}

interface Sums {
  readonly id: string;
  readonly received: number;
  readonly returned: number;
  readonly stripe: number;
  readonly clearing: number;
  readonly sold: number;
}

async function compare({ transaction: { rows } }: Office, bookings: Booking[]): Promise<void> {
  expect(await rows("select invariant, detail from app_public.check_invariants()")).toEqual([]);
  expect(
    await rows(
      `select a.currency, sum(e.amount_cents) from app_public.ledger_entries as e
      join app_public.ledger_accounts as a on a.id = e.account_id
      group by a.currency having sum(e.amount_cents) <> 0`,
    ),
  ).toEqual([]);
  const found = await rows<Sums & Record<string, unknown>>(
    `select b.id,
      (select coalesce(sum(p.received_cents), 0)::int from app_public.payment_intents as p
        where p.booking_id = b.id) as received,
      (select coalesce(sum(r.amount_cents), 0)::int from app_public.refunds as r
        where r.booking_id = b.id and r.status = 'succeeded') as returned,
      coalesce(sum(e.amount_cents) filter (where a.kind = 'stripe_balance'), 0)::int as stripe,
      coalesce(-sum(e.amount_cents) filter (where a.kind = 'buyer_clearing'), 0)::int as clearing,
      coalesce(-sum(e.amount_cents) filter (
        where a.kind not in ('stripe_balance', 'buyer_clearing')
      ), 0)::int as sold
    from app_public.bookings as b
    left join app_public.ledger_transactions as t on t.booking_id = b.id
    left join app_public.ledger_entries as e on e.transaction_id = t.id
    left join app_public.ledger_accounts as a on a.id = e.account_id
    group by b.id order by b.id`,
  );
  expect(found).toEqual(
    bookings
      .map(({ id, received, returned, sold }) => ({
        id,
        received,
        returned,
        stripe: received - returned,
        // What the buyer has paid and neither bought nor got back.
        clearing: received - returned - sold,
        sold,
      }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  );
}

/** Runs each history on a new theatre, and compares after every step. */
function addsUp(transaction: TestTransaction): fc.IAsyncProperty<[Step[]]> {
  return fc.asyncProperty(steps, async (history) => {
    const office = new Office(transaction);
    const bookings: Booking[] = [];
    await transaction.client.query("savepoint history");
    try {
      for (const step of history) {
        await perform(office, bookings, step);
        await compare(office, bookings);
      }
    } finally {
      await transaction.client.query("rollback to savepoint history");
    }
  });
}

test("whatever is paid and returned, every cent is somebody's after every step", async () => {
  const seed = Number(process.env["LML_SEED"] ?? Date.now() % 2 ** 31);
  process.stdout.write(`clearing: LML_SEED=${seed}\n`);
  await inTransaction("lml_owner", async (transaction) => {
    await transaction.client.query(prepare);
    // As many histories as half a minute allows, on whatever machine.
    await fc.assert(addsUp(transaction), {
      seed,
      numRuns: 100,
      interruptAfterTimeLimit: 25_000,
      markInterruptAsFailure: false,
    });
  });
}, 120_000);

// Each guard that is taken out is missed by some history.
const guards = [
  [
    "app_private.receive_payment",
    "array[v_intent.amount_cents, -v_intent.amount_cents]",
    "array[v_intent.amount_cents - 1, 1 - v_intent.amount_cents]",
  ],
  [
    "app_private.post_refund",
    "array[(post_refund.refund).amount_cents, -(post_refund.refund).amount_cents]",
    "array[0, 0]::bigint[]",
  ],
  // What a failed refund owes is not there for others.
  [
    "app_private.left_of_payment",
    "- coalesce(sum(r.amount_cents), 0)",
    "- 0 * coalesce(sum(r.amount_cents), 0)",
  ],
] as const;
test.each(guards)(
  "control: without a part of %s it does not",
  async (name, guard, instead) => {
    await inTransaction("lml_owner", async (transaction) => {
      await transaction.client.query(prepare);
      const [found] = await transaction.rows<{ source: string }>(
        "select pg_get_functiondef($1::regproc) as source",
        [name],
      );
      expect(found?.source).toContain(guard);
      await transaction.client.query(String(found?.source.replace(guard, instead)));
      const { failed } = await fc.check(addsUp(transaction), {
        seed: 1,
        numRuns: 200,
        endOnFailure: true,
      });
      expect(failed).toBe(true);
    });
  },
  120_000,
);
