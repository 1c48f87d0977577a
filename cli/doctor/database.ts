import type pg from "pg";
import { tell } from "../errors.ts";
import { findViolations } from "../office/check.ts";
import { onConnection } from "../office/connection.ts";
import { type OfficeDatabase } from "../office/database.ts";
import { otherHistoryHint, readHistory, shorten } from "../office/history.ts";
import { examineAudit } from "./audit.ts";
import { examineBackup } from "./backup.ts";
import { examineEncryption, examineLogins } from "./connections.ts";
import { fail, type Finding, ok, skip, warn } from "./finding.ts";
import { examineKeys } from "./keys.ts";
import {
  examineInbox,
  examineOutbox,
  examinePaymentFindings,
  examineReconciliation,
} from "./payments.ts";
import { examinePolicies } from "./policies.ts";
import { examineSecurity } from "./security.ts";
import { examineCollation, examineLog, examineSettings, examineSlots } from "./settings.ts";
import { examineConfirmations, examineJobs, examinePartitions, examineWorkers } from "./worker.ts";

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
