import type pg from "pg";
import { fail, type Finding, ok } from "./finding.ts";
import { objects } from "./security/objects.ts";
import { rights } from "./security/rights.ts";
import { roles } from "./security/roles.ts";
import { some } from "./some.ts";

const rules = [...rights, ...roles, ...objects];

/** Whether a database keeps people apart as it should. */
export async function examineSecurity(client: pg.ClientBase): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { check, query, fine, advice } of rules) {
    const { rows } = await client.query<{ problem: string }>(query);
    const problems = rows.map(({ problem }) => problem);
    findings.push(problems.length === 0 ? ok(check, fine) : fail(check, some(problems), advice));
  }
  return findings;
}
