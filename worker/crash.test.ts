// If these tests failed, a worker that dies while it talks to Stripe would charge or refund somebody twice, or never.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import type pg from "pg";
import Stripe from "stripe";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { addPerformance, createTheatre, type Theatre } from "../bench/theatre.ts";
import { repositoryRoot } from "../cli/db/paths.ts";
import { isGivenAnew, testDatabase, type TestDatabase, until } from "../db/tests/harness.ts";
import { type StripeStandIn, startStripeStandIn } from "../server/stripe-stand-in/index.ts";
import { type RunningWorker, startWorker as startWorkerHere } from "./worker.ts";

const keys = {
  secretKey: "sk_test_crash",
  publishableKey: "pk_test_crash",
  webhookSecret: "whsec_crash",
} as const;

const workerProgram = join(repositoryRoot, "worker", "main.ts");

let database: TestDatabase;
let owner: pg.Client;
let superuser: pg.Client;
let theatre: Theatre;
let performanceId: string;
let standIn: StripeStandIn;
let wire: Wire;
let locker: pg.Client;
let stripe: Stripe;
let nextSeat = 0;
const children: ChildProcess[] = [];

interface Moment {
  /** Has the next call of Stripe stop there. */
  readonly trap: () => Promise<void> | void;
  readonly isTrapped: () => Promise<boolean>;
  /** How often Stripe has done it by then. */
  readonly made: number;
  /** Whether it is written down that Stripe is asked. */
  readonly isWritten: boolean;
  /** What happens to the dead worker's call once another worker has its job. */
  readonly end?: (task: string, errand: Errand) => Promise<void>;
}

/** Every point of a call at which a worker may die. */
const moments: Readonly<Record<string, Moment>> = {
  "before the call is written down": {
    trap: lockCalls,
    isTrapped: waitsForLock,
    made: 0,
    isWritten: false,
  },
  "once it is written down, before it leaves": {
    trap: () => wire.hold(),
    isTrapped: async () => wire.isHeld(),
    made: 0,
    isWritten: true,
  },
  "before Stripe has carried it out": {
    trap: () => standIn.control.holdCalls(1),
    isTrapped: async () => standIn.control.status().holdCalls === 0,
    made: 0,
    isWritten: true,
    end: carryOutLate,
  },
  "after Stripe has carried it out, before the answer": {
    trap: () => standIn.control.holdReplies(1),
    isTrapped: async () => standIn.control.status().holdReplies === 0,
    made: 1,
    isWritten: true,
  },
  "after the answer, before it is remembered": {
    trap: () => wire.hold(),
    isTrapped: async () => {
      if (!wire.isHeld()) return await waitsForLock();
      // It is written down: from now on nothing else is.
      await lockCalls();
      wire.letGo();
      return false;
    },
    made: 1,
    isWritten: true,
  },
};

/** What a worker is to do, and how to see at Stripe how often it was done. */
interface Errand {
  readonly subject: string;
  readonly effects: () => Promise<readonly string[]>;
  readonly isDone: () => Promise<boolean>;
  /** What is written down of the call by whoever asks for it, before any worker does. */
  readonly isWrittenAs?: string;
  /** Whether it can be seen at Stripe only by asking for it with its key, which would have it done. */
  readonly isSeenByKey?: true;
  /** Whether Stripe keeps no key of it, so that it carries out another attempt meanwhile. */
  readonly hasNoKey?: true;
}

/** Each call that changes something at Stripe, by its task and its name: one task may make several. */
const errands: Readonly<Record<string, () => Promise<Errand>>> = {
  "payment_intent__create paymentIntents.create": async () => {
    const booking = await checkOut();
    return {
      subject: await rowOf("payment_intent", booking),
      effects: () => intentsAtStripe(booking),
      isDone: () => hasIntent(booking),
    };
  },
  "payment_intent__cancel paymentIntents.cancel": async () => {
    const booking = await checkOut();
    const intent = await intentOf(booking);
    await owner.query("select app_public.cancel_booking($1)", [booking]);
    return {
      subject: await rowOf("payment_intent", booking),
      effects: () => told("payment_intent.canceled", intent),
      isDone: () => isCanceled(booking),
    };
  },
  "payment_method__detach paymentMethods.detach": async () => {
    const { id: customer } = await stripe.customers.create();
    const { id: card } = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    const method = await idOf(
      `insert into app_private.saved_payment_methods (
        organization_id, stripe_customer_id, stripe_id, brand, last4
      )
      select c.organization_id, c.id, $1, 'visa', '4242'
      from app_private.stripe_customers as c where c.id = $2 returning id`,
      [card, await ownCustomer(customer)],
    );
    await owner.query("select app_public.remove_payment_method($1)", [method]);
    return {
      subject: method,
      effects: () => told("payment_method.detached", card),
      isDone: () =>
        has("app_private.saved_payment_methods where id = $1 and detached_at is not null", method),
    };
  },
  "payment_intent__update paymentIntents.update": async () => {
    const booking = await checkOut();
    const intent = await intentOf(booking);
    await addSeat(booking);
    return {
      subject: await rowOf("payment_intent", booking),
      effects: () => changesAtStripe(booking, intent),
      isDone: () => isChanged(booking),
    };
  },
  "payment_intent__capture paymentIntents.capture": async () => {
    const { booking, intent } = await authorizeAndApprove();
    return {
      subject: await rowOf("payment_intent", booking),
      effects: () => capturesAtStripe(intent),
      isDone: () => isCaptured(booking),
    };
  },
  "refund__create refunds.create": async () => {
    const { booking, intent } = await payTooLate();
    return {
      subject: await rowOf("refund", booking),
      effects: () => refundsAtStripe(intent),
      isDone: () => hasRefund(booking),
    };
  },
  "dispute_response__send disputes.update": async () => {
    const { dispute, stripeId } = await openDispute();
    return {
      subject: await idOf(
        `select (app_public.submit_dispute_evidence($1, '{"uncategorized_text": "x"}')).id`,
        [dispute],
      ),
      effects: async () => {
        const { evidence_details: details } = await stripe.disputes.retrieve(stripeId);
        return Array.from({ length: details.submission_count }, () => stripeId);
      },
      isDone: () => isAnswered(dispute),
    };
  },
  "dispute_response__send disputes.close": async () => {
    const { dispute, stripeId } = await openDispute();
    return {
      subject: await idOf("select (app_public.accept_dispute($1)).id", [dispute]),
      effects: () => told("charge.dispute.closed", stripeId),
      isDone: () => isAnswered(dispute),
    };
  },
  "payout__send transfers.create": async () => {
    const payout = await makePayout();
    return {
      subject: payout,
      effects: () => transfersAtStripe(payout),
      isDone: () => isPaid(payout),
    };
  },
  "payout_reversal__create transfers.createReversal": async () => {
    const payout = await makePayout();
    await work(() => isPaid(payout));
    const reversal = await takeBack(payout);
    return {
      subject: reversal,
      effects: () => reversalsAtStripe(payout),
      isDone: () => isTakenBack(reversal),
    };
  },
  "stripe_account__create accounts.create": async () => {
    const account = await idOf(
      `select (app_public.open_payout_account(
        $1, 'US', 'promoter@example.com',
        (app_public.create_promoter($1, 'Promoter ' || uuidv7())).id
      )).id`,
      [theatre.organizationId],
    );
    return {
      subject: account,
      effects: async () => {
        const { data } = await stripe.accounts.list({ limit: 100 });
        return idsFor(data, "lml_stripe_account_id", account);
      },
      isDone: () =>
        has("app_public.stripe_accounts where id = $1 and stripe_account_id is not null", account),
    };
  },
  "stripe_account_link__create accountLinks.create": async () => {
    connected ??= await connectAccount();
    const { account, stripeId } = connected;
    const url = "https://shop.example/";
    const link = await idOf("select (app_public.request_onboarding_link($1, $2)).id", [
      account,
      url,
    ]);
    return {
      subject: link,
      isSeenByKey: true,
      effects: async () => {
        const again = await stripe.accountLinks.create(
          { account: stripeId, return_url: url, refresh_url: url, type: "account_onboarding" },
          { idempotencyKey: `account_link:${link}` },
        );
        return (await has(
          "app_private.stripe_account_links where id = $1 and url = $2",
          link,
          again.url,
        ))
          ? [stripeId]
          : [];
      },
      isDone: () => has("app_private.stripe_account_links where id = $1 and url is not null", link),
    };
  },
  "stripe_customer__create customers.create": async () => {
    const customer = await ownCustomer(null);
    await owner.query("select app_private.add_stripe_job('stripe_customer.create', $1, '0')", [
      customer,
    ]);
    return {
      subject: customer,
      effects: async () => {
        const { data } = await stripe.customers.list({ limit: 100 });
        return idsFor(data, "lml_stripe_customer_id", customer);
      },
      isDone: () =>
        has("app_private.stripe_customers where id = $1 and stripe_id is not null", customer),
    };
  },
  "stripe_customer__delete customers.del": async () => {
    const { id: stripeId } = await stripe.customers.create();
    const customer = await ownCustomer(stripeId);
    await owner.query("delete from app_private.stripe_customers where id = $1", [customer]);
    return {
      subject: customer,
      isWrittenAs: stripeId,
      hasNoKey: true,
      effects: () => told("customer.deleted", stripeId),
      isDone: () =>
        has("app_private.stripe_calls where subject_id = $1 and ended_at is not null", customer),
    };
  },
};

beforeAll(async () => {
  // A killed worker leaves nothing of what it has compiled. One that is told nothing ends by itself, and leaves it to all.
  const { NODE_COMPILE_CACHE } = process.env;
  await once(spawn(process.execPath, [workerProgram], { env: { NODE_COMPILE_CACHE } }), "exit");
  database = await testDatabase();
  owner = await database.connect("lml_owner");
  superuser = await database.connect("superuser");
  locker = await database.connect("lml_owner");
  theatre = await createTheatre(owner, 100);
  // One person buys all of it.
  await owner.query("update app_public.events set open_carts_max = 1000");
  performanceId = await addPerformance(owner, theatre);
  standIn = await startStripeStandIn({ ...keys, port: 0, webhookUrl: null });
  wire = await layWire(standIn.port);
  stripe = new Stripe(keys.secretKey, { host: standIn.host, port: standIn.port, protocol: "http" });
});

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await wire.close();
  await standIn.close();
  await database.drop();
});

afterEach(() => {
  standIn.control.reset();
});

describe.each(Object.entries(moments))("a worker killed %s", (_, moment) => {
  test.each(Object.entries(errands))("has %s done once", async (name, prepareErrand) => {
    const [task = ""] = name.split(" ");
    const errand = await prepareErrand();
    await moment.trap();
    const dead = await killInTheMiddle(task, moment);
    if (errand.isSeenByKey !== true) expect(await errand.effects()).toHaveLength(moment.made);
    const written = { status: "asked", stripe_id: errand.isWrittenAs ?? null };
    expect(await callOf(task, errand)).toEqual(
      moment.isWritten || errand.isWrittenAs !== undefined ? written : undefined,
    );
    await takeOver(dead, task, errand, moment);
    const effects = await errand.effects();
    expect(effects).toHaveLength(1);
    expect(await callOf(task, errand)).toEqual({ status: "succeeded", stripe_id: effects[0] });
    await expectConsistency();
  });
});

test("every call that changes something at Stripe is killed here", () => {
  const directory = join(repositoryRoot, "worker", "tasks");
  // It only reads; worker/reconcile.test.ts kills it.
  const reading = new Set(["payment__reconcile.ts"]);
  const changing = readdirSync(directory).flatMap((file) => {
    const source = readFileSync(join(directory, file), "utf8");
    if (reading.has(file) || !/[{.] ?stripe\b/.test(source)) return [];
    const task = file.replace(".ts", "");
    const calls = [...source.matchAll(/\bstripe\s*\.(\w+)\s*\.(\w+)\(/g)]
      .filter(([, , verb = ""]) => !/^(retrieve|list|search)/.test(verb))
      .map(([, object, verb]) => `${task} ${object}.${verb}`);
    return calls.length === 0 ? [task] : calls;
  });
  expect([...new Set(changing)].toSorted()).toEqual(Object.keys(errands).toSorted());
});

test("a worker killed while it has a sale confirmed leaves all of it to the next, which mails once", async () => {
  const task = "booking__mail_confirmed";
  const booking = await checkOut();
  const intent = await intentOf(booking);
  await confirm(intent);
  await hear("payment_intent.succeeded", intent);
  const mails = async (): Promise<number> => {
    const { rowCount } = await owner.query(
      `select from app_private.outgoing_emails as e
      join app_public.bookings as b on e.variables ->> 'reference' = b.booking_reference
      where e.template = 'booking_confirmed' and b.id = $1`,
      [booking],
    );
    return rowCount ?? 0;
  };
  const mailIt = async (): Promise<void> => {
    await owner.query("select app_private.add_job($1, '{}')", [task]);
  };
  await locker.query("begin");
  await locker.query("lock table app_private.outgoing_emails in share row exclusive mode");
  await mailIt();
  const dead = await killInTheMiddle(task, {
    trap: () => undefined,
    isTrapped: waitsForLock,
    made: 0,
    isWritten: false,
  });
  expect(await mails()).toBe(0);
  expect(await has("app_private.booking_confirmations where booking_id = $1", booking)).toBe(true);
  await superuser.query("select graphile_worker.force_unlock_workers(array[$1])", [dead]);
  await mailIt();
  await letJobsRun(async () => (await jobsOf(task)) === 0);
  expect(await mails()).toBe(1);
  expect(await has("app_private.booking_confirmations where booking_id = $1", booking)).toBe(false);
});

describe("somebody who is erased while Stripe is asked to know them", () => {
  const task = "stripe_customer__create";
  const ask = async (): Promise<string> => {
    const customer = await ownCustomer(null);
    await owner.query("select app_private.add_stripe_job('stripe_customer.create', $1, '0')", [
      customer,
    ]);
    return customer;
  };
  const erase = async (customer: string): Promise<void> => {
    await owner.query("delete from app_private.stripe_customers where id = $1", [customer]);
  };
  const knownAtStripe = async (customer: string): Promise<string[]> =>
    idsFor((await stripe.customers.list({ limit: 100 })).data, "lml_stripe_customer_id", customer);
  const isForgotten = (customer: string): Promise<boolean> =>
    has(
      `app_private.stripe_calls
      where subject_id = $1 and purpose = 'stripe_customer.delete' and ended_at is not null`,
      customer,
    );

  test("is forgotten there once Stripe has answered", async () => {
    const customer = await ask();
    standIn.control.holdCalls(1);
    await work(
      () => isForgotten(customer),
      async () => {
        await until(async () => standIn.control.status().holdCalls === 0);
        await erase(customer);
        standIn.control.letCallsGo();
      },
    );
    expect(await knownAtStripe(customer)).toEqual([]);
  });

  test.each([
    "before Stripe has carried it out",
    "after Stripe has carried it out, before the answer",
  ])("is looked for and forgotten when the worker dies %s", async (name) => {
    const customer = await ask();
    const moment = moments[name] ?? missing();
    await moment.trap();
    const dead = await killInTheMiddle(task, moment);
    await erase(customer);
    standIn.control.letCallsGo();
    await until(async () => standIn.control.status().underWay === 0);
    expect(await knownAtStripe(customer)).toHaveLength(1);
    await superuser.query("select graphile_worker.force_unlock_workers(array[$1])", [dead]);
    await letJobsRun(() => isForgotten(customer));
    expect(await knownAtStripe(customer)).toEqual([]);
  });
});

describe("an outage", () => {
  test("uses up no attempts, lets one call at a time try, and tells the buyer", async () => {
    standIn.control.outage({ status: 503 });
    const bookings = [await checkOut(), await checkOut(), await checkOut(), await checkOut()];
    const token = await cartOf(bookings[0] ?? missing());
    const isOver = async (): Promise<boolean> => {
      for (const booking of bookings) if (!(await hasIntent(booking))) return false;
      return true;
    };
    await letJobsRun(isOver, async () => {
      await until(async () => (await reachability()).failures >= 3);
      const session = await sessionOf(bookings[0] ?? missing(), token);
      expect(session).toMatchObject({ status: "pending", is_provider_reachable: false });
      expect(session?.notice).toContain("Nothing was charged");
      // Whatever was tried meanwhile: each job that waits is a new one.
      const { rows } = await superuser.query<{ attempts: number }>(
        `select max(j.attempts)::int as attempts from graphile_worker._private_jobs as j
        join graphile_worker._private_tasks as t on t.id = j.task_id
        where t.identifier = 'payment_intent__create' and j.locked_at is null`,
      );
      expect(rows[0]?.attempts).toBe(0);
      standIn.control.outage(null);
    });
    expect(await reachability()).toEqual({ failures: 0 });
    expect(await sessionOf(bookings[0] ?? missing(), token)).toMatchObject({
      is_provider_reachable: true,
      notice: null,
    });
    for (const booking of bookings) expect(await intentsAtStripe(booking)).toHaveLength(1);
  });

  test("is no refusal: what Stripe refuses is final, and written down", async () => {
    const booking = await checkOut();
    await superuser.query(
      "update app_public.payment_intents set amount_cents = 99999999999 where booking_id = $1",
      [booking],
    );
    await work(async () => (await callRows(booking))[0]?.status === "refused");
    expect(await callRows(booking)).toMatchObject([
      { status: "refused", http_code: 400, attempts: 1, stripe_id: null },
    ]);
    expect(await jobsOf("payment_intent__create")).toBe(0);
  });
});

describe("a payment intent whose key may be forgotten", () => {
  test("is found, not made again", async () => {
    const booking = await checkOut();
    const made = await makeIntent(booking);
    await standIn.control.forgetIdempotencyKeys();
    await letADayPass("payment_intent", booking);
    await work(() => hasIntent(booking));
    expect(await idsHere("payment_intent", booking)).toEqual([made]);
    expect(await intentsAtStripe(booking)).toEqual([made]);
  });

  test("is made with its key when there is none", async () => {
    const booking = await checkOut();
    await letADayPass("payment_intent", booking);
    await work(() => hasIntent(booking));
    const ids = await intentsAtStripe(booking);
    expect(ids).toHaveLength(1);
    expect(await idsHere("payment_intent", booking)).toEqual(ids);
    expect(await keyOf("payment_intent.created", ids[0])).toBe(
      `create:${await rowOf("payment_intent", booking)}`,
    );
  });

  test("is not made again while the search is behind, as its key is still known then", async () => {
    const booking = await checkOut();
    const made = await makeIntent(booking);
    standIn.control.searchLag(3_600);
    await letADayPass("payment_intent", booking);
    await work(() => hasIntent(booking));
    expect(await idsHere("payment_intent", booking)).toEqual([made]);
    expect(await intentsAtStripe(booking)).toEqual([made]);
  });

  test("would be made twice if nobody looked", async () => {
    const booking = await checkOut();
    const made = await makeIntent(booking);
    await standIn.control.forgetIdempotencyKeys();
    expect(await makeIntent(booking)).not.toBe(made);
  });
});

describe("a refund whose key may be forgotten", () => {
  test("is found, not made again", async () => {
    const { booking, intent } = await payTooLate();
    const made = await makeRefund(booking);
    await standIn.control.forgetIdempotencyKeys();
    await letADayPass("refund", booking);
    await work(() => hasRefund(booking));
    expect(await idsHere("refund", booking)).toEqual([made]);
    expect(await refundsAtStripe(intent)).toEqual([made]);
    await expectConsistency();
  });

  test("is made with its key when there is none but somebody else's", async () => {
    const { booking, intent } = await payTooLate();
    const other = await stripe.refunds.create({ payment_intent: intent });
    await standIn.control.settleRefund(other.id, "failed");
    await letADayPass("refund", booking);
    await work(() => hasRefund(booking));
    const [made, ...rest] = await refundsAtStripe(intent);
    expect(rest).toEqual([other.id]);
    expect(await idsHere("refund", booking)).toEqual([made]);
    expect(await keyOf("refund.created", made)).toBe(`refund:${await rowOf("refund", booking)}`);
    await expectConsistency();
  });

  test("would be taken for refused if nobody looked", async () => {
    const { booking } = await payTooLate();
    await makeRefund(booking);
    await standIn.control.forgetIdempotencyKeys();
    await expect(makeRefund(booking)).rejects.toMatchObject({ code: "charge_already_refunded" });
  });
});

describe("a price that changes", () => {
  test("again, while the first change is on its way, is told last", async () => {
    const booking = await checkOut();
    const intent = await intentOf(booking);
    await addSeat(booking);
    const moment = moments["before Stripe has carried it out"] ?? missing();
    await moment.trap();
    const dead = await killInTheMiddle("payment_intent__update", moment);
    await addSeat(booking);
    await takeOver(
      dead,
      "payment_intent__update",
      {
        subject: await rowOf("payment_intent", booking),
        effects: () => changesAtStripe(booking, intent),
        isDone: () => isChanged(booking),
      },
      moment,
    );
    expect(await changesAtStripe(booking, intent)).toEqual([intent]);
    expect(await intentsAtStripe(booking)).toEqual([intent]);
  });

  test.each(["before", "after"])(
    "%s the news that somebody has paid the old one: it goes back, once, and the new one is asked for",
    async (order) => {
      const booking = await checkOut();
      const intent = await intentOf(booking);
      await addSeat(booking);
      await confirm(intent);
      if (order === "after") await hear("payment_intent.succeeded", intent);
      await work(async () => (await openChanges(booking)) === 0);
      if (order === "before") await hear("payment_intent.succeeded", intent);
      await work(async () => (await refundsAtStripe(intent)).length > 0);
      await owner.query("select app_public.open_payment($1)", [booking]);
      await work(() => hasIntent(booking));
      expect(await refundsAtStripe(intent)).toHaveLength(1);
      const { rows } = await owner.query(
        `select b.status, p.status as payment, p.amount_cents = b.total_amount_cents as is_price
        from app_public.bookings as b
        join app_public.payment_intents as p on p.booking_id = b.id
        where b.id = $1 order by p.created_at, p.id`,
        [booking],
      );
      expect(rows).toEqual([
        { status: "pending_payment", payment: "succeeded", is_price: false },
        { status: "pending_payment", payment: "pending", is_price: true },
      ]);
      await expectConsistency();
    },
  );
});

describe("a payout whose key may be forgotten", () => {
  test("is found, not transferred again", async () => {
    const payout = await makePayout();
    const made = await makeTransfer(payout);
    await standIn.control.forgetIdempotencyKeys();
    await superuser.query(
      "update app_public.payouts set initiated_at = initiated_at - interval '1 day' where id = $1",
      [payout],
    );
    await work(() => isPaid(payout));
    expect(await transfersAtStripe(payout)).toEqual([made]);
    await expectConsistency();
  });

  test("would be transferred twice if nobody looked", async () => {
    const payout = await makePayout();
    const made = await makeTransfer(payout);
    await standIn.control.forgetIdempotencyKeys();
    expect(await makeTransfer(payout)).not.toBe(made);
    await work(() => isPaid(payout));
  });
});

describe("a payout that Stripe refuses", () => {
  test("is owed again, and paid by another attempt", async () => {
    const payout = await makePayout();
    standIn.control.outage({
      status: 400,
      path: "/v1/transfers",
      calls: 1,
      code: "balance_insufficient",
    });
    await work(async () => (await statusOf(payout)) === "failed");
    expect(await transfersAtStripe(payout)).toEqual([]);
    await expectConsistency();
    await superuser.query("update app_public.payouts set retry_at = now() where id = $1", [payout]);
    await owner.query("select app_private.requeue_payouts()");
    await work(() => isPaid(payout));
    expect(await transfersAtStripe(payout)).toHaveLength(1);
    await expectConsistency();
  });
});

/** What lies between a worker and Stripe. */
interface Wire {
  readonly url: string;
  /** Keeps what arrives from now on from reaching Stripe. */
  hold(): void;
  isHeld(): boolean;
  letGo(): void;
  /** Drops what is kept, which Stripe then never hears of. */
  cut(): void;
  close(): Promise<void>;
}

async function layWire(port: number): Promise<Wire> {
  let isHolding = false;
  let held: Socket[] = [];
  const forward = (socket: Socket): void => {
    const far = connect(port, "127.0.0.1");
    for (const side of [socket, far]) side.on("error", () => undefined);
    socket.pipe(far).pipe(socket);
  };
  const server = createServer((socket) => {
    if (isHolding) held.push(socket.on("error", () => undefined));
    else forward(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => {
      isHolding = true;
    },
    isHeld: () => held.length > 0,
    letGo: () => {
      isHolding = false;
      for (const socket of held.splice(0)) forward(socket);
    },
    cut: () => {
      isHolding = false;
      for (const socket of held) socket.destroy();
      held = [];
    },
    close: async () => {
      server.close();
    },
  };
}

interface Worker {
  readonly child: ChildProcess;
  /** In whose name its jobs are locked. */
  readonly id: string;
}

async function startWorker(): Promise<Worker> {
  const child = spawn(process.execPath, [workerProgram], {
    env: {
      ...process.env,
      LML_WORKER_DATABASE_URL: database.url("lml_worker"),
      STRIPE_SECRET_KEY: keys.secretKey,
      STRIPE_API_BASE: wire.url,
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.push(child);
  const [ready] = (await once(child.stdout ?? child, "data")) as [Buffer];
  const id = /^worker (\S+) is ready/.exec(String(ready))?.[1] ?? "";
  expect(id).not.toBe("");
  return { child, id };
}

async function end({ child }: Worker, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

function startInProcess(): Promise<RunningWorker> {
  return startWorkerHere({
    databaseUrl: database.url("lml_worker"),
    stripe: { secretKey: keys.secretKey, apiBase: standIn.url },
    log: () => undefined,
  });
}

/** Lets a worker work until something is so. Should it never be, no worker stays behind to do the next test's work. */
async function work(
  isDone: () => Promise<boolean>,
  atStart: () => Promise<void> | undefined = () => undefined,
): Promise<void> {
  const worker = await startInProcess();
  try {
    await atStart();
    await until(isDone);
  } finally {
    await worker.stop();
  }
}

/** Kills a worker that waits for Stripe; returns who died. */
async function killInTheMiddle(task: string, moment: Moment): Promise<string> {
  const worker = await startWorker();
  await until(moment.isTrapped);
  await end(worker, "SIGKILL");
  // The server may not have noticed yet, and would finish what it was told.
  await superuser.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where usename = 'lml_worker' and datname = current_database()`,
  );
  wire.cut();
  await unlockCalls();
  expect(await lockersOf(task)).toEqual([worker.id]);
  return worker.id;
}

/**
 * Has another worker find out that one is dead, and do its job. A worker counts as dead after half a minute of silence;
 * no role of ours may say that it beat at another time than now, so it is the superuser who lets the minute pass.
 */
async function takeOver(dead: string, task: string, errand: Errand, moment: Moment): Promise<void> {
  const moved = await superuser.query(
    `update app_private.worker_heartbeats set beaten_at = beaten_at - interval '1 minute'
    where worker_id = $1`,
    [dead],
  );
  expect(moved.rowCount).toBe(1);
  await work(
    // Some tasks have more to do once Stripe's answer is remembered.
    async () => (await errand.isDone()) && (await lockersOf(task)).length === 0,
    () => moment.end?.(task, errand),
  );
}

/** Nothing is written down about calls until `unlockCalls`. */
async function lockCalls(): Promise<void> {
  await locker.query("begin");
  await locker.query("lock table app_private.stripe_calls in share row exclusive mode");
}

async function unlockCalls(): Promise<void> {
  await locker.query("commit");
}

async function waitsForLock(): Promise<boolean> {
  const { rowCount } = await superuser.query(
    `select from pg_stat_activity
    where usename = 'lml_worker' and datname = current_database() and wait_event_type = 'Lock'`,
  );
  // What the clock has done at that moment may wait, too.
  return (rowCount ?? 0) > 0;
}

/** While the dead worker's call is under way, Stripe refuses another one with its key. Then it is carried out after all. */
async function carryOutLate(task: string, { hasNoKey, isDone }: Errand): Promise<void> {
  await until(async () => {
    if (hasNoKey === true) return await isDone();
    const { rowCount } = await superuser.query(
      `select from app_private.stripe_calls
      where purpose = $1 and status = 'failed' and error_code = 'idempotency_key_in_use'`,
      [task.replace("__", ".")],
    );
    return rowCount === 1;
  });
  standIn.control.letCallsGo();
  await until(async () => standIn.control.status().underWay === 0);
  await letTimePass();
}

/** The next attempt is seconds away: they pass at once. */
async function letTimePass(): Promise<void> {
  await superuser.query(
    "update graphile_worker._private_jobs set run_at = now() where locked_at is null",
  );
  await superuser.query(
    "update app_private.stripe_reachability set retry_at = now() where failures > 0",
  );
}

/** Lets a worker work, and time pass, until something is so. */
async function letJobsRun(
  isDone: () => Promise<boolean>,
  atStart?: () => Promise<void>,
): Promise<void> {
  await work(async () => {
    await letTimePass();
    return await isDone();
  }, atStart);
}

async function lockersOf(task: string): Promise<string[]> {
  const { rows } = await superuser.query<{ by: string }>(
    `select distinct j.locked_by as by
    from graphile_worker._private_jobs as j
    join graphile_worker._private_tasks as t on t.id = j.task_id
    where t.identifier = $1 and j.locked_by is not null`,
    [task],
  );
  return rows.map(({ by }) => by);
}

/** Those that run, or will. */
async function jobsOf(task: string): Promise<number> {
  const { rows } = await superuser.query<{ count: number }>(
    `select count(*)::int as count from graphile_worker._private_jobs as j
    join graphile_worker._private_tasks as t on t.id = j.task_id
    where t.identifier = $1 and not ${isGivenAnew}`,
    [task],
  );
  return rows[0]?.count ?? 0;
}

async function reachability(): Promise<{ failures: number }> {
  const { rows } = await owner.query<{ failures: number }>(
    "select failures from app_private.stripe_reachability",
  );
  return rows[0] ?? missing();
}

interface Call {
  readonly status: string;
  readonly stripe_id: string | null;
}

/** What is written down of an errand. */
async function callOf(task: string, { subject }: Errand): Promise<Call | undefined> {
  const { rows } = await owner.query<Call>(
    "select status, stripe_id from app_private.stripe_calls where purpose = $1 and subject_id = $2",
    [task.replace("__", "."), subject],
  );
  expect(rows.length).toBeLessThanOrEqual(1);
  return rows[0];
}

async function callRows(booking: string): Promise<Call[]> {
  const { rows } = await owner.query<Call>(
    `select status, http_code, attempts, stripe_id from app_private.stripe_calls
    where subject_id = $1`,
    [await rowOf("payment_intent", booking)],
  );
  return rows;
}

/** Makes a booking of the owner's a guest's, and returns their token. */
async function cartOf(booking: string): Promise<string> {
  const token = "a".repeat(43);
  await superuser.query(
    "update app_public.bookings set user_id = null, cart_token_hash = app_hidden.hash_token($2) where id = $1",
    [booking, token],
  );
  return token;
}

interface Session {
  readonly status: string;
  readonly is_provider_reachable: boolean;
  readonly notice: string | null;
}

/** What the buyer sees. */
async function sessionOf(booking: string, token: string): Promise<Session | undefined> {
  const client = await database.connect("lml_authenticator");
  await client.query("set role lml_anonymous");
  await client.query("select set_config('lml.cart_token', $1, false)", [token]);
  const { rows } = await client.query<Session>("select (app_public.payment_session($1)).*", [
    booking,
  ]);
  await client.end();
  return rows[0];
}

async function hold(seat: number): Promise<string> {
  const { rows } = await owner.query<{ id: string }>("select (app_public.hold_seats($1, $2)).id", [
    performanceId,
    theatre.seatIds.slice(seat, seat + 1),
  ]);
  return rows[0]?.id ?? "";
}

async function checkOut(): Promise<string> {
  const booking = await hold(nextSeat);
  nextSeat += 1;
  await owner.query("select app_public.start_checkout($1)", [booking]);
  return booking;
}

/** A booking that was paid for after it ran out and somebody else took its seat: a refund waits for a worker. */
async function payTooLate(): Promise<{ booking: string; intent: string }> {
  const seat = nextSeat;
  const booking = await checkOut();
  const intent = await intentOf(booking);
  await owner.query(
    "update app_public.seat_booking_state set locked_until = now() where booking_id = $1",
    [booking],
  );
  await owner.query("update app_public.bookings set expires_at = now() where id = $1", [booking]);
  await hold(seat);
  await confirm(intent);
  await hear("payment_intent.succeeded", intent);
  return { booking, intent };
}

/** Pays at Stripe, or authorizes the card there. */
async function confirm(intent: string): Promise<Stripe.PaymentIntent> {
  return await stripe.paymentIntents.confirm(intent, {
    payment_method: "pm_card_visa",
    return_url: "https://example.com/",
  });
}

/** Applies the newest event of a type, which is about an object. */
async function hear(type: Stripe.Event.Type, about: string): Promise<void> {
  const { data } = await stripe.events.list({ type, limit: 1 });
  expect(data[0]?.data.object).toMatchObject({ id: about });
  await owner.query("select app_private.receive_stripe_event($1, false)", [
    JSON.stringify(data[0]),
  ]);
  await owner.query("select app_private.apply_stripe_event($1)", [data[0]?.id]);
}

/** A payment that its buyer's bank takes back, which nobody has answered yet. */
async function openDispute(): Promise<{ dispute: string; stripeId: string }> {
  const booking = await checkOut();
  const intent = await intentOf(booking);
  const { latest_charge: charge } = await confirm(intent);
  await hear("payment_intent.succeeded", intent);
  await standIn.control.openDispute(String(charge));
  const { data } = await stripe.disputes.list({ limit: 1 });
  const stripeId = data[0]?.id ?? missing();
  await hear("charge.dispute.funds_withdrawn", stripeId);
  return {
    stripeId,
    dispute: await idOf("select id from app_public.disputes where stripe_dispute_id = $1", [
      stripeId,
    ]),
  };
}

function isAnswered(dispute: string): Promise<boolean> {
  return has("app_public.dispute_responses where dispute_id = $1 and status = 'sent'", dispute);
}

/** One more person who is a customer of the theatre's; null: Stripe does not know them yet. */
async function ownCustomer(stripeId: string | null): Promise<string> {
  // Cards are removed by the theatre's owner, who is the only one with a session here.
  await owner.query(
    "update app_private.stripe_customers set user_id = app_private.register_user($1, '$argon2id$crash', 'A', 'B') where user_id = app_hidden.current_user_id()",
    [`${randomUUID()}@example.com`],
  );
  return await idOf(
    `insert into app_private.stripe_customers (organization_id, user_id, stripe_id)
    values ($1, app_hidden.current_user_id(), $2) returning id`,
    [theatre.organizationId, stripeId],
  );
}

type Request = Stripe.PaymentIntentCreateParams & {
  idempotency_key: string;
  may_be_forgotten?: boolean;
};

/** What the worker would send, without what is only for itself. */
async function prepared(
  kind: "payment_intent" | "refund",
  booking: string,
): Promise<{ params: Stripe.PaymentIntentCreateParams; options: Stripe.RequestOptions }> {
  const { rows } = await owner.query<{ request: Request }>(
    `select app_private.prepare_${kind}($1) as request`,
    [await rowOf(kind, booking)],
  );
  const { idempotency_key: idempotencyKey, ...params } = rows[0]?.request ?? missing();
  delete params.may_be_forgotten;
  return { params, options: { idempotencyKey } };
}

/** Makes an intent as a worker does that dies before it can say so. */
async function makeIntent(booking: string): Promise<string> {
  const { params, options } = await prepared("payment_intent", booking);
  const { id } = await stripe.paymentIntents.create(
    { ...params, automatic_payment_methods: { enabled: true } },
    options,
  );
  return id;
}

/** Makes a refund as a worker does that dies before it can say so. */
async function makeRefund(booking: string): Promise<string> {
  const { params, options } = await prepared("refund", booking);
  const { id } = await stripe.refunds.create(params, options);
  return id;
}

interface Connected {
  readonly account: string;
  readonly stripeId: string;
}
let connected: Connected | undefined;

/** An account at Stripe to which the theatre may be paid, and money to pay it with. */
async function connectAccount(): Promise<Connected> {
  const { id } = await stripe.accounts.create({
    type: "express",
    country: "US",
    capabilities: { transfers: { requested: true } },
  });
  await standIn.control.onboard(id);
  const { rows } = await owner.query<{ currency: string }>(
    "update app_public.organizations set verification_status = 'verified' returning lower(default_currency) as currency",
  );
  await standIn.control.addFunds(1_000_000, rows[0]?.currency ?? missing());
  return {
    stripeId: id,
    account: await idOf(
      `insert into app_public.stripe_accounts (
        organization_id, country, email, stripe_account_id, payout_enabled, transfers_enabled
      )
      select o.id, 'US', o.email, $1, true, true from app_public.organizations as o returning id`,
      [id],
    ),
  };
}

/** A payout that waits for a worker. */
async function makePayout(): Promise<string> {
  connected ??= await connectAccount();
  await owner.query(
    `select app_private.post_to_ledger(
      o.id, null, o.default_currency, 'adjustment:' || uuidv7(), 'A gesture',
      '{organizer_payable,adjustments}', '{-5000,5000}'
    )
    from app_public.organizations as o`,
  );
  const { rows } = await owner.query<{ id: string }>(
    `select (app_private.queue_payout(app_private.make_payout(
      o.id, null, o.default_currency, clock_timestamp(), null
    ))).id
    from app_public.organizations as o`,
  );
  return rows[0]?.id ?? missing();
}

/** Transfers a payout as a worker does that dies before it can say so. */
async function makeTransfer(payout: string): Promise<string> {
  const { rows } = await owner.query<{
    request: Stripe.TransferCreateParams & { idempotency_key: string; may_be_forgotten?: boolean };
  }>("select app_private.begin_payout($1) as request", [payout]);
  const { idempotency_key: idempotencyKey, ...params } = rows[0]?.request ?? missing();
  delete params.may_be_forgotten;
  return (await stripe.transfers.create(params, { idempotencyKey })).id;
}

async function statusOf(payout: string): Promise<string | undefined> {
  const { rows } = await owner.query<{ status: string }>(
    "select status from app_public.payouts where id = $1",
    [payout],
  );
  return rows[0]?.status;
}

async function isPaid(payout: string): Promise<boolean> {
  return (await statusOf(payout)) === "paid";
}

async function transfersAtStripe(payout: string): Promise<string[]> {
  const { data } = await stripe.transfers.list({ transfer_group: `payout_${payout}` });
  return data.map(({ id }) => id);
}

async function takeBack(payout: string): Promise<string> {
  const { rows } = await owner.query<{ id: string }>(
    `with reversal as (
      insert into app_public.payout_reversals (
        organization_id, payout_id, amount_cents, reason, requested_by
      )
      select p.organization_id, p.id, p.net_payout_cents, 'x', (
        select m.user_id from app_public.organization_members as m
        where m.organization_id = p.organization_id and m.role = 'owner' limit 1
      )
      from app_public.payouts as p where p.id = $1
      returning id, payout_id, amount_cents
    ),
    reversed as (
      update app_public.payouts as p set reversed_cents = r.amount_cents
      from reversal as r where p.id = r.payout_id
    )
    select r.id, app_private.add_stripe_job('payout_reversal.create', r.id, '0') from reversal as r`,
    [payout],
  );
  return rows[0]?.id ?? missing();
}

async function isTakenBack(reversal: string): Promise<boolean> {
  const { rowCount } = await owner.query(
    "select from app_public.payout_reversals where id = $1 and status = 'succeeded'",
    [reversal],
  );
  return rowCount === 1;
}

async function reversalsAtStripe(payout: string): Promise<string[]> {
  const [transfer] = await transfersAtStripe(payout);
  const { data } = await stripe.transfers.listReversals(transfer ?? missing());
  return data.map(({ id }) => id);
}

/** Stripe knows a key for a day: moves what was asked for into the past, which only a superuser can. */
async function letADayPass(kind: "payment_intent" | "refund", booking: string): Promise<void> {
  const { rowCount } = await superuser.query(
    `update app_public.${kind}s set created_at = created_at - interval '1 day'
    where booking_id = $1`,
    [booking],
  );
  expect(rowCount).toBe(1);
}

async function rowOf(kind: "payment_intent" | "refund", booking: string): Promise<string> {
  const { rows } = await owner.query<{ id: string }>(
    `select id from app_public.${kind}s where booking_id = $1`,
    [booking],
  );
  return rows[0]?.id ?? missing();
}

/** What the database knows of, by Stripe's id; null is what it has not heard of yet. */
async function idsHere(
  kind: "payment_intent" | "refund",
  booking: string,
): Promise<(string | null)[]> {
  const { rows } = await owner.query<{ id: string | null }>(
    `select stripe_${kind}_id as id from app_public.${kind}s where booking_id = $1`,
    [booking],
  );
  return rows.map(({ id }) => id);
}

async function hasIntent(booking: string): Promise<boolean> {
  return !(await idsHere("payment_intent", booking)).includes(null);
}

async function hasRefund(booking: string): Promise<boolean> {
  return !(await idsHere("refund", booking)).includes(null);
}

async function intentsAtStripe(booking: string): Promise<string[]> {
  const { data } = await stripe.paymentIntents.list({ limit: 100 });
  return idsFor(data, "lml_booking_id", booking);
}

/** An object, as often as Stripe tells so of it. */
async function told(type: Stripe.Event.Type, about: string): Promise<string[]> {
  const { data } = await stripe.events.list({ type, limit: 100 });
  return data.flatMap(({ data: { object } }) =>
    "id" in object && object.id === about ? [about] : [],
  );
}

/** What at Stripe bears our id. */
function idsFor(
  objects: readonly { readonly id: string; readonly metadata?: Stripe.Metadata | null }[],
  name: string,
  id: string,
): string[] {
  return objects.filter(({ metadata }) => metadata?.[name] === id).map((object) => object.id);
}

async function has(what: string, ...values: readonly string[]): Promise<boolean> {
  return ((await owner.query(`select from ${what}`, [...values])).rowCount ?? 0) > 0;
}

async function idOf(text: string, values: readonly unknown[]): Promise<string> {
  const { rows } = await owner.query<{ id: string }>(text, [...values]);
  return rows[0]?.id ?? missing();
}

/** The intent of a booking, once a worker has asked Stripe for it. */
async function intentOf(booking: string): Promise<string> {
  await work(() => hasIntent(booking));
  return (await idsHere("payment_intent", booking))[0] ?? missing();
}

async function isCanceled(booking: string): Promise<boolean> {
  const { rowCount } = await owner.query(
    "select from app_public.payment_intents where booking_id = $1 and stripe_status = 'canceled'",
    [booking],
  );
  return rowCount === 1;
}

/** One more seat in a checkout that is open: the price changes. */
async function addSeat(booking: string): Promise<void> {
  await owner.query("select app_public.reopen_checkout($1)", [booking]);
  await owner.query("select app_public.hold_seats($1, $2, $3)", [
    performanceId,
    theatre.seatIds.slice(nextSeat, nextSeat + 1),
    booking,
  ]);
  nextSeat += 1;
  await owner.query("select app_public.start_checkout($1)", [booking]);
}

/** The intent, once it is of the new price. */
async function changesAtStripe(booking: string, intent: string): Promise<string[]> {
  const { rows } = await owner.query<{ amount: number }>(
    "select total_amount_cents::int as amount from app_public.bookings where id = $1",
    [booking],
  );
  const { amount } = await stripe.paymentIntents.retrieve(intent);
  return amount === rows[0]?.amount ? [intent] : [];
}

async function isChanged(booking: string): Promise<boolean> {
  const { rowCount } = await owner.query(
    `select from app_private.payment_intent_changes as c
    join app_public.payment_intents as p on p.id = c.payment_intent_id
    where p.booking_id = $1 and c.ended_at is null`,
    [booking],
  );
  return rowCount === 0;
}

/** How many jobs wait, or run, to tell Stripe of the price of the first attempt. */
async function openChanges(booking: string): Promise<number> {
  const { rows } = await superuser.query<{ count: number }>(
    `select count(*)::int as count from graphile_worker._private_jobs as j
    where j.key = 'payment_intent.update:' || (
      select p.id from app_public.payment_intents as p
      where p.booking_id = $1 order by p.created_at, p.id limit 1
    )`,
    [booking],
  );
  return rows[0]?.count ?? 0;
}

/** A booking whose card is authorized, and to be charged: a capture waits for a worker. */
async function authorizeAndApprove(): Promise<{ booking: string; intent: string }> {
  await owner.query(
    "update app_public.ticket_categories set requires_approval = true, capture_method = 'manual'",
  );
  const booking = await checkOut();
  await owner.query("update app_public.ticket_categories set requires_approval = false");
  const intent = await intentOf(booking);
  await confirm(intent);
  await hear("payment_intent.amount_capturable_updated", intent);
  await owner.query(
    `update app_public.bookings
    set user_id = null, cart_token_hash = sha256(id::text::bytea),
      customer_email = 'somebody.else@example.com'
    where id = $1`,
    [booking],
  );
  await owner.query("select app_public.approve_booking($1)", [booking]);
  return { booking, intent };
}

async function capturesAtStripe(intent: string): Promise<string[]> {
  const { data } = await stripe.events.list({ type: "charge.captured", limit: 100 });
  return data.flatMap(({ data: { object } }) =>
    "payment_intent" in object && object.payment_intent === intent ? [intent] : [],
  );
}

async function isCaptured(booking: string): Promise<boolean> {
  const { rowCount } = await owner.query(
    `select from app_private.stripe_calls as c
    join app_public.payment_intents as p on p.id = c.subject_id
    where p.booking_id = $1 and c.purpose = 'payment_intent.capture' and c.status = 'succeeded'`,
    [booking],
  );
  return rowCount === 1;
}

async function refundsAtStripe(intent: string): Promise<string[]> {
  const { data } = await stripe.refunds.list({ payment_intent: intent, limit: 100 });
  return data.map(({ id }) => id);
}

/** The idempotency key with which an object was made. */
async function keyOf(
  type: "payment_intent.created" | "refund.created",
  id: string | undefined,
): Promise<string | null | undefined> {
  const { data } = await stripe.events.list({ type, limit: 100 });
  const event = data.find(({ data: { object } }) => "id" in object && object.id === id);
  return event?.request?.idempotency_key;
}

async function expectConsistency(): Promise<void> {
  const { rows } = await owner.query("select * from app_public.check_invariants()");
  expect(rows).toEqual([]);
}

function missing(): never {
  throw new Error("There is no such row.");
}
