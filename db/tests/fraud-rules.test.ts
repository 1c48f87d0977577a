// If this fails, a rule that is tried over history says something else than it has done.
import fc from "fast-check";
import { expect, test } from "vitest";
import { inTransaction, type TestTransaction } from "./harness.ts";

interface Checkout {
  readonly do: "check out";
  readonly guest: number;
  readonly mailbox: number;
  readonly place: number;
  readonly seats: number;
  readonly isDeclined: boolean;
}

type Step = Checkout | { readonly do: "wait"; readonly minutes: number };

const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("check out" as const),
        guest: fc.integer({ min: 1, max: 3 }),
        mailbox: fc.integer({ min: 1, max: 3 }),
        place: fc.integer({ min: 0, max: 2 }),
        seats: fc.integer({ min: 1, max: 3 }),
        isDeclined: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("wait" as const),
        minutes: fc.integer({ min: 1, max: 90 }),
      }),
    },
  ),
  { minLength: 1, maxLength: 20, size: "max" },
);

const rules = `
  select tests.create_theatre();
  update app_public.fraud_detection_rules set is_enabled = false;
  select app_private.load_disposable_email_domains(array['m3.example']);
  select tests.rule('person', 'velocity_user', 'flag', 3, 3600);
  select tests.rule('address', 'velocity_address', 'alert', 3, 3600);
  select tests.rule('device', 'velocity_device', 'review', 3, 1800);
  select tests.rule('declined', 'payment_failures', 'flag', 2, 3600);
  select tests.rule('hoarding', 'seat_hoarding', 'block', 9, 3600);
  select tests.rule('mailbox', 'disposable_email');
  select tests.rule('country', 'geography_mismatch');
  select tests.rule('amount', 'amount', amount_cents => 12560, amount_currency => 'EUR');
`;

async function perform({ rows }: TestTransaction, step: Step): Promise<void> {
  if (step.do === "wait") {
    for (const table of ["booking_signals", "payment_failure_signals"]) {
      await rows(
        `update app_private.${table} set occurred_at = occurred_at - make_interval(mins => $1)`,
        [step.minutes],
      );
    }
    return;
  }
  const { place } = step;
  const settings = {
    ip_address: place === 0 ? "" : `192.0.2.${place}`,
    device: place === 2 ? "" : `d${place}`,
    country: ["", "AT", "BR"][place],
  };
  // Checked out, perhaps declined, and given up: the seats are there for the next one.
  await rows("select tests.buys($1, $2, $3, $4, '+43123456')", [
    step.guest,
    `a@m${step.mailbox}.example`,
    settings,
    step.seats,
  ]);
  const [booking] = await rows<{ status: string }>(
    "select tests.status(tests.id('last')) as status",
  );
  if (booking?.status === "pending_payment" && step.isDeclined) {
    await rows(
      `select tests.stripe_says(
        tests.id('last'), 'payment_failed', null, '{"status": "requires_payment_method"}'
      )`,
    );
  }
  if (booking?.status !== "canceled") {
    await rows(
      `update app_public.bookings set status = 'canceled', canceled_at = now(), expires_at = null
      where id = tests.id('last')`,
    );
    await rows(
      `update app_public.seat_booking_state
      set status = 'available', booking_id = null, locked_until = null
      where booking_id = tests.id('last')`,
    );
  }
}

interface Found {
  readonly name: string;
  readonly caught: readonly string[];
  readonly would: readonly string[];
}

async function compare({ rows }: TestTransaction): Promise<readonly Found[]> {
  await rows("select tests.sign_in('theatre owner')");
  const found = await rows<Found & { name: string }>(
    `select r.rule_name as name,
      array(
        select a.booking_id::text from app_public.risk_assessments as a
        where a.factors @> jsonb_build_array(jsonb_build_object('ruleId', r.id))
        order by a.booking_id
      ) as caught,
      array(
        select c.booking_id::text
        from app_public.try_fraud_rule(
          tests.id('theatre.organization'), now() - interval '180 days', now() + interval '1 day', r.id
        ) as c
        order by c.booking_id
      ) as would
    from app_public.fraud_detection_rules as r
    where r.organization_id is not null`,
  );
  await rows("select tests.as_owner()");
  return found;
}

/** Runs sequences on a new theatre; returns how often each rule has fired in all of them. */
async function run(runs: number, seed: number, weaken?: readonly [string, string, string]) {
  const fired = new Map<string, number>();
  const outcome = await inTransaction("lml_owner", async (transaction) => {
    await transaction.client.query(rules);
    if (weaken !== undefined) {
      const [name, guard, instead] = weaken;
      const [source] = await transaction.rows<{ text: string }>(
        "select pg_get_functiondef($1::regproc) as text",
        [name],
      );
      expect(source?.text).toContain(guard);
      await transaction.client.query(String(source?.text.replaceAll(guard, instead)));
    }
    const property = fc.asyncProperty(steps, async (sequence) => {
      await transaction.client.query("savepoint sequence");
      try {
        for (const step of sequence) await perform(transaction, step);
        for (const { name, caught, would } of await compare(transaction)) {
          fired.set(name, (fired.get(name) ?? 0) + caught.length);
          expect(would, name).toEqual(caught);
        }
      } finally {
        await transaction.client.query("rollback to savepoint sequence");
      }
    });
    return await fc.check(property, { seed, numRuns: runs, endOnFailure: true });
  });
  return { outcome, fired };
}

test("a rule that is tried over history catches what it has caught", async () => {
  const seed = Number(process.env["LML_SEED"] ?? Date.now() % 2 ** 31);
  process.stdout.write(`fraud rules: LML_SEED=${seed}\n`);
  const { outcome, fired } = await run(40, seed);
  expect(outcome.failed, JSON.stringify(outcome.counterexample)).toBe(false);
  expect([...fired].filter(([, times]) => times === 0)).toEqual([]);
  expect(fired.size).toBe(8);
}, 120_000);

test("control: if it looked beyond the moment, it would not", async () => {
  const { outcome } = await run(40, 1, [
    "app_private.signals_within",
    "and s.occurred_at <= (signals_within.signal).occurred_at",
    "",
  ]);
  expect(outcome.failed).toBe(true);
}, 120_000);
