import type pg from "pg";
import { fail, type Finding, ok, warn } from "./finding.ts";
import { some } from "./some.ts";

const sealLagMinutesMax = 30;

/** Whether the audit log is as it was sealed, and how far behind the seals are. */
export async function examineAudit(client: pg.ClientBase): Promise<Finding> {
  const check = "audit log";
  const { rows: problems } = await client.query<{ problem: string; places: number }>(
    `select problem, count(*)::int as places from app_private.verify_audit_log()
    group by problem order by problem`,
  );
  if (problems.length > 0) {
    return fail(
      check,
      some(problems.map(({ problem, places }) => `${problem} (${places})`)),
      "Somebody who may do everything has changed history. Keep this database as it is, compare it with a backup, and " +
        "find out who: `npx lml check` names the rows.",
    );
  }
  const { rows } = await client.query<{ seals: number; minutes: number | null }>(
    `select (select count(*)::int from app_private.audit_seals) as seals, (
      select floor(extract(epoch from now() - min(l.created_at)) / 60)::int
      from app_public.audit_log as l
      where l.transaction_id >= coalesce(
        (select max(s.up_to) from app_private.audit_seals as s), 0
      )
    ) as minutes`,
  );
  const { seals = 0, minutes = null } = rows[0] ?? {};
  if (minutes === null || minutes <= sealLagMinutesMax) {
    return ok(
      check,
      `as it was sealed (${seals === 1 ? "1 seal" : `${seals} seals`}), ${minutes === null ? "up to now" : `up to ${minutes} minutes ago`}`,
    );
  }
  return warn(
    check,
    `what was written since ${minutes} minutes ago is not sealed`,
    "The worker seals every five minutes: is it running? A transaction that stays open holds the seal back, too: " +
      "select pid, xact_start from pg_stat_activity order by xact_start",
  );
}
