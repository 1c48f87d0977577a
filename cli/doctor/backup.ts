import type pg from "pg";
import type { OfficeDatabase } from "../office/database.ts";
import { type Finding, ok, skip, warn } from "./finding.ts";

const backupHoursMax = 24;

/** When the database was last copied away, as far as it knows. */
export async function examineBackup(
  client: pg.ClientBase,
  { origin }: Pick<OfficeDatabase, "origin">,
): Promise<Finding> {
  const check = "backup";
  if (origin === "embedded") return skip(check, "stop the box office and copy its data directory");
  const { rows } = await client.query<{ mode: string; hours: number | null; failing: boolean }>(
    `select current_setting('archive_mode') as mode,
      extract(epoch from now() - last_archived_time) / 3600 as hours,
      coalesce(last_failed_time > last_archived_time, last_failed_time is not null) as failing
    from pg_stat_archiver`,
  );
  const { mode = "off", hours = null, failing = false } = rows[0] ?? {};
  const advice =
    "Keep base backups and the WAL on another machine (pgBackRest, barman, or your provider's), restore one regularly, " +
    "and keep LML_SECRET_KEY elsewhere.";
  if (mode === "off") {
    return warn(check, "the last one is not known: the server archives no WAL", advice);
  }
  if (failing) return warn(check, "archiving WAL fails", "See the server's log. " + advice);
  if (hours === null || hours > backupHoursMax) {
    return warn(check, "WAL was not archived for a day", advice);
  }
  return ok(check, `WAL was archived ${Math.round(hours)} hours ago; base backups are not known`);
}
