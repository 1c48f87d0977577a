import type pg from "pg";
import type { OfficeDatabase } from "../office/database.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

const keyLengthMin = 32;

/** Whether the platform's own secrets are there, without showing them. */
export async function examineKeys(
  client: pg.ClientBase,
  { origin }: Pick<OfficeDatabase, "origin">,
  environment: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const check = "keys";
  const { rows } = await client.query<{ factors: number; tickets: boolean }>(
    `select (select count(*)::int from app_private.two_factor_secrets) as factors,
      exists (select from app_private.signing_keys where name = 'ticket_credential') as tickets`,
  );
  const { factors = 0, tickets = false } = rows[0] ?? {};
  const findings: Finding[] = [];
  const key = environment["LML_SECRET_KEY"] || undefined;
  const keep = "A value of its own, 32 characters or more, kept outside the database's backups.";
  if (key !== undefined && key.length < keyLengthMin) {
    findings.push(fail(check, "LML_SECRET_KEY is too short", keep));
  } else if (key === undefined && origin === "given") {
    const users = factors === 0 ? "" : `, and ${factors} users have a second factor`;
    findings.push(
      warn(
        check,
        `LML_SECRET_KEY is not set here${users}`,
        `The server needs it for second factors. ${keep}`,
      ),
    );
  }
  if (!tickets) {
    findings.push(
      fail(
        check,
        "the key of the tickets' codes is missing",
        "Every ticket that was sold is refused at the door: restore app_private.signing_keys from a backup.",
      ),
    );
  }
  return findings.length === 0 ? [ok(check, "all are there")] : findings;
}
