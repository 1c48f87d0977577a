import type pg from "pg";
import { tell } from "../errors.ts";
import { findViolations } from "../office/check.ts";
import { onConnection } from "../office/connection.ts";
import { type OfficeDatabase } from "../office/database.ts";
import { otherHistoryHint, readHistory, shorten } from "../office/history.ts";
import { fail, type Finding, ok, skip, warn } from "./finding.ts";
import { examinePolicies } from "./policies.ts";
import {
  examineAudit,
  examineBackup,
  examineEncryption,
  examineKeys,
  examineLogins,
  examineSecurity,
} from "./security.ts";
import { examineCollation, examineLog, examineSettings, examineSlots } from "./settings.ts";

/** What the database is like. */
export async function examineDatabase(database: OfficeDatabase): Promise<Finding[]> {
  const { ownerUrl } = database;
  return await onConnection(ownerUrl, async (client) => {
    // Names are compared as text below, and shown.
    await client.query("set quote_all_identifiers = off");
    const findings = [
      ok("database", database.place),
      await examineVersion(client),
      ...(await examineSettings(client)),
      await examineCollation(client),
      await examineLog(client),
      await examineSlots(client),
      await examineClock(client),
    ];
    const history = await readHistory(ownerUrl);
    const { pending, different } = history;
    if (different.length > 0) {
      findings.push(
        fail("migrations", `made from others: ${shorten(different)}`, otherHistoryHint(history)),
      );
      return findings;
    }
    if (pending.length > 0) {
      const finding = `${pending.length} to apply: ${shorten(pending)}`;
      findings.push(
        fail("migrations", finding, "npx lml migrate"),
        skip("the rest", "can be examined when migrations are applied"),
      );
      return findings;
    }
    findings.push(ok("migrations", "all applied"));
    findings.push(
      ...(await examineSecurity(client)),
      await examinePolicies(client),
      await examineAudit(client),
      ...(await examineKeys(client, database, process.env)),
      examineLogins(database),
      examineEncryption(database, process.env),
      await examineBackup(client, database),
    );
    for (const examine of [
      examinePartitions,
      examineWorkers,
      examineJobs,
      examineConfirmations,
      examineInbox,
      examineOutbox,
      examineReconciliation,
      examinePaymentFindings,
    ]) {
      findings.push(await examine(client));
    }
    findings.push(await examineInvariants(ownerUrl));
    return findings;
  });
}

async function examineVersion(client: pg.Client): Promise<Finding> {
  const version = await one<string>(client, "select current_setting('server_version') as value");
  const major = Number.parseInt(version, 10);
  if (major === 18) return ok("PostgreSQL", version);
  if (major > 18) return warn("PostgreSQL", version, "It is tested with 18.");
  return fail(
    "PostgreSQL",
    version,
    "18 is needed: uuidv7(), temporal keys, returning old and new.",
  );
}

const clockToleranceMs = 5_000;

async function examineClock(client: pg.Client): Promise<Finding> {
  const before = Date.now();
  const theirs = await one<number>(
    client,
    "select (extract(epoch from clock_timestamp()) * 1000)::float8 as value",
  );
  const apart = Math.abs(theirs - (before + Date.now()) / 2);
  const seconds = `${(apart / 1000).toFixed(1)} s apart from this machine's`;
  if (apart <= clockToleranceMs) return ok("clock", seconds);
  return warn(
    "clock",
    seconds,
    "Deadlines follow the database, webhooks this machine: synchronize both (NTP).",
  );
}

async function examinePartitions(client: pg.Client): Promise<Finding> {
  // A row whose month has no partition is refused, and the sale with it.
  const { rows } = await client.query<{ problem: string; soon: boolean }>(
    `select format('%s has none for %s', parent, to_char(month, 'YYYY-MM')) as problem,
      n = 0 as soon
    from (
      select c.relname as parent, n, date_trunc('month', now() at time zone 'UTC')
        + make_interval(months => n) as month
      from pg_class as c, generate_series(0, 2) as n
      where c.relkind = 'p' and c.relnamespace = 'app_public'::regnamespace
    ) as wanted
    where to_regclass(format('app_public.%I', parent || to_char(month, '"_y"YYYY"m"MM'))) is null
    order by n, parent`,
  );
  if (rows.length === 0) return ok("partitions", "made for this month and the next two");
  const tellIt = rows.some(({ soon }) => soon) ? fail : warn;
  return tellIt(
    "partitions",
    rows.map(({ problem }) => problem).join("; "),
    "The worker makes them daily: is it running? By hand: select app_private.make_partitions_ahead()",
  );
}

async function examineWorkers(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ alive: number; last: string | null }>(
    `select count(*) filter (where beaten_at > now() - interval '1 minute')::int as alive,
      date_trunc('second', now() - max(beaten_at))::text as last
    from app_private.worker_heartbeats`,
  );
  const alive = rows[0]?.alive ?? 0;
  if (alive > 0) return ok("worker", `${alive} alive`);
  const last = rows[0]?.last;
  return warn(
    "worker",
    last == null ? "none has ever run" : `none is alive; the last one was ${last} ago`,
    "Without one, nobody is charged and nothing is refunded: npm start, or node worker/main.ts",
  );
}

/** What waits for a worker, and what none could do. */
export async function examineJobs(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ dead: number; tasks: string; late: number }>(
    `select count(*) filter (where attempts >= max_attempts)::int as dead,
      string_agg(distinct task_identifier, ', ') filter (where attempts >= max_attempts) as tasks,
      count(*) filter (
        where attempts < max_attempts and locked_at is null and run_at < now() - interval '5 minutes'
      )::int as late
    from graphile_worker.jobs`,
  );
  const { dead = 0, tasks = "", late = 0 } = rows[0] ?? {};
  if (dead > 0) {
    return warn(
      "jobs",
      `${dead} have failed for good: ${tasks}`,
      "select id, last_error from graphile_worker.jobs where attempts >= max_attempts; once that is mended: " +
        "select graphile_worker.reschedule_jobs(array[ID], attempts => 0)",
    );
  }
  if (late > 0) {
    return warn("jobs", `${late} are more than 5 minutes late`, "Is a worker running?");
  }
  return ok("jobs", "none has failed, none is late");
}

/** Sales whose buyers should have heard of them: each is tried again every ten minutes. */
export async function examineConfirmations(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ count: number; codes: string }>(
    `select count(*)::int as count, string_agg(distinct error_code, ', ') as codes
    from app_private.booking_confirmations where error_code is not null`,
  );
  const { count = 0, codes = "" } = rows[0] ?? {};
  if (count === 0) return ok("mails of sales", "each can be written");
  return warn(
    "mails of sales",
    `${count} cannot be written (${codes})`,
    "select booking_id, error_code from app_private.booking_confirmations where error_code is not null; " +
      "why: select app_private.mail_confirmation(b) from app_public.bookings as b where b.id = BOOKING_ID",
  );
}

async function examineInbox(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ waiting: number; parked: number; last: string | null }>(
    `select count(*) filter (
        where outcome is null and received_at < now() - interval '5 minutes'
      )::int as waiting,
      count(*) filter (where outcome = 'parked')::int as parked,
      to_char(max(received_at), 'YYYY-MM-DD HH24:MI') as last
    from app_private.stripe_events`,
  );
  const { waiting = 0, parked = 0, last = null } = rows[0] ?? {};
  if (waiting > 0) {
    return warn(
      "Stripe's events",
      `${waiting} received more than 5 minutes ago are not applied`,
      "Is a worker running? Look for failed jobs stripe_event__apply.",
    );
  }
  const wait = parked === 0 ? "" : `, ${parked} wait for what they are about`;
  return ok(
    "Stripe's events",
    last === null ? "none received yet" : `all applied${wait}, last ${last}`,
  );
}

async function examineOutbox(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ open: number; since: string | null; error: string | null }>(
    `select (
        select count(*)::int from app_private.stripe_calls as c
        where c.ended_at is null and c.first_asked_at < now() - interval '10 minutes'
      ) as open,
      to_char(r.failing_since, 'YYYY-MM-DD HH24:MI') as since, r.last_error as error
    from app_private.stripe_reachability as r`,
  );
  const { open = 0, since = null, error = null } = rows[0] ?? {};
  if (since !== null) {
    return warn(
      "calls of Stripe",
      `they fail since ${since} (${error}); ${open} wait for more than 10 minutes`,
      "Nothing is lost: they are made when Stripe answers. https://status.stripe.com, or is the key still valid?",
    );
  }
  if (open === 0) return ok("calls of Stripe", "none waits for more than 10 minutes");
  return warn(
    "calls of Stripe",
    `${open} have had no outcome for more than 10 minutes`,
    "select purpose, subject_id, error_code from app_private.stripe_calls where ended_at is null",
  );
}

/** Nothing has to be compared before money has moved. */
async function examineReconciliation(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ age: string | null; late: boolean; moved: boolean }>(
    `select date_trunc('minute', now() - max(r.completed_at))::text as age,
      coalesce(max(r.completed_at) < now() - interval '36 hours', true) as late,
      exists (
        select from app_public.payment_transactions as m
        where m.created_at < now() - interval '36 hours'
      ) as moved
    from app_public.reconciliation_runs as r`,
  );
  const { age = null, late = true, moved = false } = rows[0] ?? {};
  if (!late) return ok("reconciliation", `the books were compared with Stripe ${age ?? ""} ago`);
  if (!moved) return ok("reconciliation", "nothing has moved yet that is to be compared");
  return warn(
    "reconciliation",
    age === null
      ? "the books were never compared with Stripe"
      : `the books were last compared with Stripe ${age} ago`,
    "The worker does it every night; by hand: npx lml reconcile",
  );
}

async function examinePaymentFindings(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ kind: string; count: number }>(
    `select kind, count(*)::int as count from app_public.payment_findings
    where resolved_at is null and gone_at is null group by kind order by kind`,
  );
  if (rows.length === 0) return ok("payment findings", "none is open");
  return warn(
    "payment findings",
    rows.map(({ kind, count }) => `${count} ${kind}`).join(", "),
    "Somebody has to look at each, and close it with resolve_payment_finding (docs/stripe.md).",
  );
}

async function examineInvariants(ownerUrl: string): Promise<Finding> {
  try {
    const violations = await findViolations(ownerUrl);
    if (violations.length === 0) return ok("invariants", "none is violated");
    const kinds = [...new Set(violations.map(({ invariant }) => invariant))];
    return fail("invariants", `${violations.length}: ${kinds.join(", ")}`, "npx lml check");
  } catch (error) {
    return fail("invariants", tell(error).message, "npx lml check");
  }
}

async function one<T>(client: pg.Client, text: string): Promise<T> {
  const { rows } = await client.query<{ value: T }>(text);
  const [row] = rows;
  if (row === undefined) throw new Error(`This returned nothing: ${text}`);
  return row.value;
}
