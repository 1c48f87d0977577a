// If these tests failed, payments would be asked for twice, late money would be kept, or a killed worker's jobs lost.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { examineConfirmations, examineJobs } from "../cli/doctor/worker.ts";
import { testDatabase, type TestDatabase, until } from "../db/tests/harness.ts";
import { type StripeStandIn, startStripeStandIn } from "../server/stripe-stand-in/index.ts";
import { addPerformance, createTheatre, type Theatre } from "../bench/theatre.ts";
import { makeMailer } from "./mail/mailer.ts";
import { mailText } from "./mail/templates.ts";
import { type RunningWorker, startWorker } from "./worker.ts";

const keys = {
  secretKey: "sk_test_worker",
  publishableKey: "pk_test_worker",
  webhookSecret: "whsec_worker",
} as const;

let database: TestDatabase;
let owner: pg.Client;
let theatre: Theatre;
let performanceId: string;
let standIn: StripeStandIn;
let stripe: Stripe;
let door: Server;
let worker: RunningWorker | undefined;
let mailDirectory: string;
let nextSeat = 0;

beforeAll(async () => {
  mailDirectory = await mkdtemp(join(tmpdir(), "lml-mail-"));
  database = await testDatabase();
  owner = await database.connect("lml_owner");
  theatre = await createTheatre(owner, 200);
  performanceId = await addPerformance(owner, theatre);
  standIn = await startStripeStandIn({ ...keys, port: 0, webhookUrl: null });
  stripe = new Stripe(keys.secretKey, { host: standIn.host, port: standIn.port, protocol: "http" });
  door = await openWebhookDoor();
  const { port } = door.address() as AddressInfo;
  standIn.control.sendWebhooksTo(`http://127.0.0.1:${port}/`);
});

afterAll(async () => {
  await worker?.stop();
  await standIn.close();
  door.close();
  await database.drop();
  await rm(mailDirectory, { recursive: true });
});

beforeEach(async () => {
  worker ??= await start();
});

describe("a worker", () => {
  test("asks Stripe for a payment once, and confirms the booking when it arrives", async () => {
    const booking = await checkOut(2);
    const intent = await intentOf(booking);
    await owner.query("select app_private.add_job('payment_intent__create', $1)", [
      { payment_intent_id: intent.id },
    ]);
    await pay(intent.stripe_payment_intent_id);
    await until(async () => (await statusOf(booking)) === "confirmed");
    const atStripe = await stripe.paymentIntents.list({ limit: 100 });
    expect(
      atStripe.data.filter(({ metadata }) => metadata["lml_booking_id"] === booking),
    ).toHaveLength(1);
    await expectConsistency();
  });

  test("cancels at Stripe what the buyer gave up", async () => {
    const booking = await checkOut(1);
    const intent = await intentOf(booking);
    await owner.query("select app_public.cancel_booking($1)", [booking]);
    await until(async () => {
      const { status } = await stripe.paymentIntents.retrieve(intent.stripe_payment_intent_id);
      return status === "canceled";
    });
    await expectConsistency();
  });

  test("confirms a late payment when its seats are still free", async () => {
    const booking = await checkOut(1);
    const intent = await intentOf(booking);
    standIn.control.deliveries({ hold: true });
    await pay(intent.stripe_payment_intent_id);
    await letExpire(booking);
    standIn.control.release("created");
    await until(async () => (await statusOf(booking)) === "confirmed");
    standIn.control.deliveries({});
    await expectConsistency();
  });

  test("returns a late payment exactly once when its seats were sold, however often the news comes", async () => {
    const booking = await checkOut(1);
    const intent = await intentOf(booking);
    standIn.control.deliveries({ hold: true, duplicates: 4 });
    await pay(intent.stripe_payment_intent_id);
    await letExpire(booking);
    const rival = await hold(1, nextSeat - 1);
    standIn.control.release("reversed");
    await until(async () => (await statusOf(booking)) === "refunded");
    standIn.control.deliveries({});
    await standIn.control.settled();
    const refunds = await stripe.refunds.list({ payment_intent: intent.stripe_payment_intent_id });
    expect(refunds.data).toHaveLength(1);
    expect(await statusOf(rival)).toBe("draft");
    await expectConsistency();
  });

  test("loses no answer: when Stripe's reply is lost, the same intent is found again", async () => {
    standIn.control.loseReplies(2);
    const booking = await checkOut(1);
    await intentOf(booking);
    const atStripe = await stripe.paymentIntents.list({ limit: 100 });
    expect(
      atStripe.data.filter(({ metadata }) => metadata["lml_booking_id"] === booking),
    ).toHaveLength(1);
  });

  test("sweeps up what has expired, and makes partitions ahead", async () => {
    const booking = await hold(1);
    await letExpire(booking, false);
    await owner.query("select app_private.add_job('booking__expire_due', '{}')");
    await until(async () => (await statusOf(booking)) === "expired");
    const { rows } = await owner.query<{ made: number }>(
      "select app_private.make_partitions_ahead() as made",
    );
    expect(rows[0]?.made).toBe(0);
  });

  test("seals the audit log, closes months that are over, and drops them by rule", async () => {
    await owner.query("select app_private.make_partitions_ahead(0, '2015-01-15')");
    await owner.query(`insert into app_public.audit_log
      (action, entity_type, database_role, created_at)
      values ('insert', 'venues', 'test', '2015-01-20')`);
    const retired = async (): Promise<unknown> => {
      const { rows } = await owner.query(
        `select table_name, dropped_at is not null as dropped from app_private.closed_months
        where month = '2015-01-01' order by 1`,
      );
      return rows;
    };
    await until(async () => {
      // As it comes again by the clock: a transaction that runs at that moment keeps what is newer from being sealed.
      await owner.query("select app_private.add_job('audit__seal', '{}')");
      const { rowCount } = await owner.query(
        "select from app_private.audit_sealed_rows where month = '2015-01-01'",
      );
      return rowCount === 1;
    });
    await owner.query("select app_private.add_job('partition__retire', '{}')");
    await until(async () => JSON.stringify(await retired()) !== "[]");
    expect(await retired()).toEqual([
      { table_name: "audit_log", dropped: true },
      { table_name: "booking_state_transitions", dropped: false },
      { table_name: "ticket_scans", dropped: true },
    ]);
    const { rows } = await owner.query("select * from app_private.verify_audit_log()");
    expect(rows).toEqual([]);
  });

  test("has loaded the list of throw-away mailboxes, and makes it whole again", async () => {
    const domains = async (): Promise<number> => {
      const { rows } = await owner.query<{ count: number }>(
        "select count(*)::int as count from app_private.disposable_email_domains",
      );
      return rows[0]?.count ?? 0;
    };
    await until(async () => (await domains()) > 1000);
    const { rows } = await owner.query(
      "select app_private.is_disposable_email('x@mailinator.com') as yes, app_private.is_disposable_email('x@gmail.com') as no",
    );
    expect(rows).toEqual([{ yes: true, no: false }]);
    const loaded = await domains();
    await owner.query(
      "delete from app_private.disposable_email_domains where domain = 'mailinator.com'",
    );
    await owner.query("insert into app_private.disposable_email_domains values ('gone.example')");
    await owner.query("select app_private.add_job('risk__load_disposable_domains', '{}')");
    await until(async () => {
      const { rowCount } = await owner.query(
        "select from app_private.disposable_email_domains where domain = 'gone.example'",
      );
      return rowCount === 0;
    });
    expect(await domains()).toBe(loaded);
  });

  test("tells of a fraud alert once, by its id", async () => {
    const listener = await database.connect("lml_owner");
    const heard: (string | undefined)[] = [];
    listener.on("notification", ({ payload }) => heard.push(payload));
    await listener.query("listen lml_fraud_alerts");
    await owner.query(
      `insert into app_public.fraud_detection_rules (
        organization_id, rule_name, rule_type, severity, action, amount_cents, amount_currency
      )
      select $1, 'tell', 'amount', 'low', 'alert', 1, e.currency
      from app_public.events as e where e.organization_id = $1 limit 1`,
      [theatre.organizationId],
    );
    const booking = await checkOut(1);
    await owner.query(
      "update app_public.fraud_detection_rules set is_enabled = false where rule_name = 'tell'",
    );
    const { rows } = await owner.query<{ id: string }>(
      "select id from app_public.fraud_alerts where booking_id = $1",
      [booking],
    );
    const [alert] = rows;
    await until(async () => heard.length > 0);
    await owner.query("select app_private.add_job('fraud_alert__announce', $1)", [
      { alert_id: alert?.id },
    ]);
    await until(async () => {
      const jobs = await owner.query(
        "select from graphile_worker._private_jobs where payload ->> 'alert_id' = $1",
        [alert?.id],
      );
      return jobs.rowCount === 0;
    });
    expect(heard).toEqual([alert?.id]);
    await listener.end();
  });

  test("serves a crowd that waits in one job, few by few", async () => {
    const date = await addPerformance(owner, theatre);
    await owner.query("update app_public.events set has_waiting_list = true where id = $1", [
      theatre.eventId,
    ]);
    await owner.query(
      `with crowd as (
        insert into app_public.customers (organization_id, email)
        select $1, format('crowd%s@example.com', n) from generate_series(1, 25) as n
        returning id
      )
      insert into app_public.waiting_list_entries (
        organization_id, performance_id, customer_id, quantity
      )
      select $1, $2, crowd.id, 1 from crowd`,
      [theatre.organizationId, date],
    );
    await owner.query("select app_private.ask_waiting_list($1)", [date]);
    await until(async () => (await jobsLeft("waiting_list__serve")) === 0);
    const offers = await owner.query(
      `select from app_public.waiting_list_entries
        where performance_id = $1 and status = 'offered'`,
      [date],
    );
    expect(offers.rowCount).toBe(25);
    await expectConsistency();
  });

  test("sends a mail, and keeps no token of it", async () => {
    const token = "a-token-that-was-mailed";
    const { rows } = await owner.query<{ id: string }>(
      `select app_private.queue_email('ada@example.com', 'reset_password', $1) as id`,
      [{ token }],
    );
    const id = rows[0]?.id ?? "";
    const left = async (): Promise<unknown> => {
      const found = await owner.query(
        `select variables, sent_at is not null as sent from app_private.outgoing_emails
        where id = $1`,
        [id],
      );
      return found.rows[0];
    };
    await until(async () => ((await left()) as { sent: boolean }).sent);
    expect(await left()).toEqual({ variables: {}, sent: true });
    const mail = await readFile(join(mailDirectory, `${id}.eml`), "utf8");
    expect(mail).toContain("To: ada@example.com");
    expect(mail).toContain(`Message-ID: <${id}@last-minute-live>`);
    expect(mail).toContain(`https://shop.example/reset-password?token=${token}`);
    // Once is enough: a second job for the same mail finds nothing to do.
    await rm(join(mailDirectory, `${id}.eml`));
    await owner.query("select app_private.add_job('email__send', $1)", [{ email_id: id }]);
    await until(async () => (await jobsLeft("email__send")) === 0);
    expect(await readdir(mailDirectory)).not.toContain(`${id}.eml`);
  });

  test("keeps a mail that cannot be sent, and says why", async () => {
    const sendMail = makeMailer({});
    const mail = { id: "1", to: "ada@example.com", subject: "s", text: "t" };
    await expect(sendMail(mail)).rejects.toThrow("LML_SMTP_URL");
    const noServer = makeMailer({ smtpUrl: "smtp://127.0.0.1:1" });
    await expect(noServer(mail)).rejects.toThrow("ECONNREFUSED");
    const silent = createTcpServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const hanging = makeMailer({ smtpUrl: `smtp://127.0.0.1:${port}`, patienceMs: 500 });
    // On a busy machine even the connection may take longer than that.
    await expect(hanging(mail)).rejects.toThrow(/Greeting never received|timeout/i);
    silent.close();
    expect(() => mailText("unknown", {}, undefined)).toThrow("unknown");
  });

  test("forgets whoever asked for it once no money is open, and what was kept long enough", async () => {
    const { rows } = await owner.query<{ id: string; request: string }>(
      `with person as (
        insert into app_public.users (email, first_name, last_name, account_status)
        values ('forgotten@example.com', 'Forget', 'Me', 'deleted') returning id
      ), request as (
        insert into app_public.privacy_requests (kind, user_id, created_at)
        select 'erasure', id, now() - interval '2 days' from person returning id
      ), sent as (
        insert into app_private.outgoing_emails (recipient, template, sent_at)
        values ('old@example.com', 'x', now() - interval '31 days')
      )
      select person.id, request.id as request from person, request`,
    );
    // The daily job finds the wish that waits, and the mail that is old.
    await owner.query("select app_private.add_job('retention__apply', '{}')");
    const [wish] = rows;
    await until(async () => {
      const { rows: done } = await owner.query<{ done: boolean }>(
        "select completed_at is not null as done from app_public.privacy_requests where id = $1",
        [wish?.request],
      );
      return done[0]?.done === true;
    });
    const { rows: left } = await owner.query(
      `select (select email::text from app_public.users where id = $1) as email,
        (select count(*)::integer from app_private.outgoing_emails
          where recipient = 'old@example.com') as mails`,
      [wish?.id],
    );
    expect(left).toEqual([{ email: `erased+${wish?.id}@erased.invalid`, mails: 0 }]);
    await expectConsistency();
  });

  test("goes on when its connections break at the end of a job, and that job is done", async () => {
    const superuser = await database.connect("superuser");
    standIn.control.holdCalls(1);
    const booking = await checkOut(1);
    await until(async () => standIn.control.status().holdCalls === 0);
    await superuser.query("begin; lock table graphile_worker._private_jobs in share mode");
    standIn.control.letCallsGo();
    await intentOf(booking);
    await until(async () => {
      const { rowCount } = await superuser.query(
        `select from pg_stat_activity as a, pg_terminate_backend(a.pid)
        where a.datname = current_database() and a.usename = 'lml_worker'
          and a.wait_event_type = 'Lock' and a.query like '%delete from%'`,
      );
      // When a minute begins just now, what the clock had done ends as well.
      return (rowCount ?? 0) > 0;
    });
    await superuser.query("commit");
    await until(async () => (await jobsLeft("payment_intent__create")) === 0);
    await intentOf(await checkOut(1));
    await expectConsistency();
  });

  test("is not held up by a job that always fails, and the doctor tells of it", async () => {
    await owner.query(
      `select graphile_worker.add_job('email__send', '{"email_id": "poison"}', max_attempts => 1)`,
    );
    await intentOf(await checkOut(1));
    await until(async () => (await examineJobs(owner)).status === "warn");
    expect((await examineJobs(owner)).finding).toBe("1 have failed for good: email__send");
    await owner.query(
      "delete from graphile_worker._private_jobs where attempts >= max_attempts and locked_at is null",
    );
    expect((await examineJobs(owner)).status).toBe("ok");
  });

  test("is not taken for failed while its job has its only attempt, as the clock's jobs have", async () => {
    await worker?.stop();
    worker = undefined;
    await owner.query(
      `select graphile_worker.add_job(
        'booking__expire_due', '{}', job_key => 'booking__expire_due', max_attempts => 1
      )`,
    );
    const running = await owner.query(
      `update graphile_worker._private_jobs set attempts = 1, locked_by = 'lively', locked_at = now()
      where key = 'booking__expire_due'`,
    );
    expect(running.rowCount).toBe(1);
    expect((await examineJobs(owner)).status).toBe("ok");
    await owner.query(
      "delete from graphile_worker._private_jobs where key = 'booking__expire_due'",
    );
  });

  test("writes mails that it can write, and the doctor tells of one that it cannot", async () => {
    await owner.query(
      `insert into app_private.booking_confirmations (booking_id, retry_at, error_code)
      values (gen_random_uuid(), 'infinity', '23514')`,
    );
    expect(await examineConfirmations(owner)).toMatchObject({
      status: "warn",
      finding: "1 cannot be written (23514)",
    });
    await owner.query("delete from app_private.booking_confirmations where retry_at = 'infinity'");
    expect((await examineConfirmations(owner)).status).toBe("ok");
  });

  test("takes over the jobs of a worker that was killed", async () => {
    await worker?.stop();
    worker = undefined;
    const booking = await checkOut(1);
    const locked = await owner.query(
      `update graphile_worker._private_jobs
      set locked_by = 'pool-killed', locked_at = now() - interval '5 minutes', attempts = 1
      where task_id = (
        select id from graphile_worker._private_tasks where identifier = 'payment_intent__create'
      )`,
    );
    expect(locked.rowCount).toBeGreaterThan(0);
    worker = await start();
    await intentOf(booking);
    await expectConsistency();
  });
});

function start(): Promise<RunningWorker> {
  return startWorker({
    databaseUrl: database.url("lml_worker"),
    stripe: { secretKey: keys.secretKey, apiBase: standIn.url },
    mail: { directory: mailDirectory, publicUrl: "https://shop.example/" },
    log: () => undefined,
  });
}

async function jobsLeft(task: string): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(
    `select count(*)::int as count from graphile_worker._private_jobs as j
    join graphile_worker._private_tasks as t on t.id = j.task_id where t.identifier = $1`,
    [task],
  );
  return rows[0]?.count ?? 0;
}

/** What the server's webhook route does, without the server. */
async function openWebhookDoor(): Promise<Server> {
  const pool = database.pool("lml_authenticator", 2);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const event = stripe.webhooks.constructEvent(
        Buffer.concat(chunks),
        String(request.headers["stripe-signature"]),
        keys.webhookSecret,
      );
      pool
        .query("select app_private.receive_stripe_event($1, false)", [JSON.stringify(event)])
        .then(() => response.writeHead(200).end())
        .catch(() => response.writeHead(500).end());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function hold(seats: number, first = nextSeat): Promise<string> {
  nextSeat = Math.max(nextSeat, first + seats);
  const { rows } = await owner.query<{ id: string }>("select (app_public.hold_seats($1, $2)).id", [
    performanceId,
    theatre.seatIds.slice(first, first + seats),
  ]);
  return rows[0]?.id ?? "";
}

async function checkOut(seats: number): Promise<string> {
  const booking = await hold(seats);
  await owner.query("select app_public.start_checkout($1)", [booking]);
  return booking;
}

interface Intent {
  readonly id: string;
  readonly stripe_payment_intent_id: string;
}

/** Waits until the intent is known at Stripe. */
async function intentOf(booking: string): Promise<Intent> {
  let intent: Intent | undefined;
  await until(async () => {
    const { rows } = await owner.query<Intent>(
      `select id, stripe_payment_intent_id from app_public.payment_intents
      where booking_id = $1 and stripe_payment_intent_id is not null`,
      [booking],
    );
    intent = rows[0];
    return intent !== undefined;
  });
  if (intent === undefined) throw new Error("There is no intent.");
  return intent;
}

async function pay(stripeId: string): Promise<void> {
  await stripe.paymentIntents.confirm(stripeId, {
    payment_method: "pm_card_visa",
    return_url: "https://example.com/",
  });
}

/** Moves a booking's deadline into the past, and tidies up unless told otherwise. */
async function letExpire(booking: string, sweep = true): Promise<void> {
  await owner.query(
    "update app_public.seat_booking_state set locked_until = now() where booking_id = $1",
    [booking],
  );
  await owner.query("update app_public.bookings set expires_at = now() where id = $1", [booking]);
  if (sweep) await owner.query("select app_private.expire_bookings(100)");
}

async function statusOf(booking: string): Promise<string | undefined> {
  const { rows } = await owner.query<{ status: string }>(
    "select status from app_public.bookings where id = $1",
    [booking],
  );
  return rows[0]?.status;
}

async function expectConsistency(): Promise<void> {
  const { rows } = await owner.query("select * from app_public.check_invariants()");
  expect(rows).toEqual([]);
}
