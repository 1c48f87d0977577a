import type pg from "pg";
import { fail, type Finding, ok, warn } from "./finding.ts";

/** A row whose month has no partition is refused, and the sale with it. */
export async function examinePartitions(client: pg.ClientBase): Promise<Finding> {
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

/** Whether a worker runs. */
export async function examineWorkers(client: pg.ClientBase): Promise<Finding> {
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
export async function examineJobs(client: pg.ClientBase): Promise<Finding> {
  const { rows } = await client.query<{ dead: number; tasks: string; late: number }>(
    `select count(*) filter (where attempts >= max_attempts)::int as dead,
      string_agg(distinct task_identifier, ', ') filter (where attempts >= max_attempts) as tasks,
      count(*) filter (
        where attempts < max_attempts and run_at < now() - interval '5 minutes'
      )::int as late
    -- One that runs has failed in nothing yet, though it may be its last attempt.
    from graphile_worker.jobs where locked_at is null`,
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
export async function examineConfirmations(client: pg.ClientBase): Promise<Finding> {
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
