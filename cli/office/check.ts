import colors from "picocolors";
import { errorCode } from "../db/processes.ts";
import { CliError, exitCodes } from "../errors.ts";
import { createOutput, type Output } from "../output.ts";
import { onConnection } from "./connection.ts";
import { withDatabase } from "./database.ts";
import { officeDirectory } from "./directory.ts";

/** Something that is not consistent. */
export interface Violation {
  readonly invariant: string;
  readonly organizationId: string | null;
  readonly entityId: string | null;
  readonly detail: string;
}

/** Everything that is not consistent in a database now. */
export async function findViolations(ownerUrl: string): Promise<Violation[]> {
  const text = `select invariant, organization_id as "organizationId", entity_id as "entityId", detail
    from app_public.check_invariants()
    union all
    select 'audit_log_is_as_it_was_sealed', null, audit_id, format('%s (seal %s)', problem, seal_no)
    from app_private.verify_audit_log()
    order by 1, 2, 3, 4`;
  try {
    return await onConnection(ownerUrl, async (client) => {
      const { rows } = await client.query<Violation>(text);
      return rows;
    });
  } catch (error) {
    // No such function, or no such schema.
    if (!["42883", "3F000"].includes(errorCode(error) ?? "")) throw error;
    throw new CliError("The database has not been migrated yet.", {
      hint: "Run `npx lml migrate`.",
      cause: error,
    });
  }
}

/** Checks the database and says what it found. Returns the exit code. */
export async function runCheck(flags: { data?: string; json: boolean }): Promise<number> {
  const output = createOutput({ resultOnly: flags.json });
  const directory = officeDirectory(flags.data);
  const violations = await withDatabase({ directory, create: false }, async (database) =>
    output.step(`checking ${database.place}`, () => findViolations(database.ownerUrl)),
  );
  if (flags.json) output.line(JSON.stringify(violations, null, 2));
  else showViolations(violations, output);
  return violations.length === 0 ? exitCodes.done : exitCodes.no;
}

const shownMax = 20;

function showViolations(violations: readonly Violation[], output: Output): void {
  if (violations.length === 0) {
    output.line(
      `${colors.green("Consistent.")} No invariant is violated, and the audit log is as it was sealed.`,
    );
    return;
  }
  const kinds = Map.groupBy(violations, ({ invariant }) => invariant);
  for (const [invariant, found] of kinds) {
    output.line(`${colors.red(invariant)}  ${found.length}`);
    for (const { detail, organizationId, entityId } of found.slice(0, shownMax)) {
      output.line(`  ${detail}`);
      output.line(
        colors.dim(`    organization ${organizationId ?? "-"}, entity ${entityId ?? "-"}`),
      );
    }
    if (found.length > shownMax) output.line(`  ... ${found.length - shownMax} more: --json`);
  }
  output.line();
  output.line(`${colors.red("Not consistent.")} ${violations.length} found.`);
}
