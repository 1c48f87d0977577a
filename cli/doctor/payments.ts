import type pg from "pg";
import { type Finding, ok, warn } from "./finding.ts";

/** Whether what Stripe has told is applied. */
export async function examineInbox(client: pg.ClientBase): Promise<Finding> {
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

/** Whether what Stripe is to do reaches it. */
export async function examineOutbox(client: pg.ClientBase): Promise<Finding> {
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

/** Whether the books were compared with Stripe: nothing has to be, before money has moved. */
export async function examineReconciliation(client: pg.ClientBase): Promise<Finding> {
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

/** What contradicts the books, and nobody has looked into. */
export async function examinePaymentFindings(client: pg.ClientBase): Promise<Finding> {
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
