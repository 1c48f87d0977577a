import colors from "picocolors";
import type { DoctorFlags } from "../commands/doctor.ts";
import { exitCodes, tell } from "../errors.ts";
import { givenUrl, withDatabase } from "../office/database.ts";
import { hasData, type OfficeDirectory, officeDirectory } from "../office/directory.ts";
import { runningState } from "../office/state.ts";
import { alignColumns, createOutput } from "../output.ts";
import { examineDatabase } from "./database.ts";
import { fail, type Finding, skip } from "./finding.ts";
import { examineMachine } from "./machine.ts";
import { examineStripe } from "./stripe.ts";

/** Examines everything and tells what was found. Returns the exit code. */
export async function runDoctor(flags: DoctorFlags): Promise<number> {
  const output = createOutput({ resultOnly: true, quiet: flags.json });
  const directory = officeDirectory(flags.data);
  const findings = await output.step("examining", async () => [
    ...(await examineMachine(directory, flags.port)),
    ...(await databaseFindings(directory)),
    ...(await examineStripe(process.env, runningState(directory)?.standInUrl)),
  ]);
  if (flags.json) output.line(JSON.stringify(findings, null, 2));
  else for (const line of table(findings)) output.line(line);
  const failed = findings.filter(({ status }) => status === "fail").length;
  const warned = findings.filter(({ status }) => status === "warn").length;
  if (!flags.json) {
    output.line();
    output.line(`${findings.length} examined, ${failed} failed, ${warned} warnings.`);
  }
  return failed === 0 ? exitCodes.done : exitCodes.no;
}

async function databaseFindings(directory: OfficeDirectory): Promise<Finding[]> {
  const none = givenUrl() === undefined && !hasData(directory);
  if (none && runningState(directory) === undefined) {
    return [skip("database", "there is none yet; npm start makes one")];
  }
  try {
    return await withDatabase({ directory, create: false }, examineDatabase);
  } catch (error) {
    const { message, hint } = tell(error);
    return [fail("database", message, hint ?? "npm start says more.")];
  }
}

const marks = {
  ok: colors.green("ok  "),
  warn: colors.yellow("warn"),
  fail: colors.red("FAIL"),
  skip: colors.dim("skip"),
} as const;

function table(findings: readonly Finding[]): string[] {
  const rows = alignColumns(findings.map(({ check, finding }) => [check, finding]));
  return findings.flatMap(({ status, advice }, at) => [
    `${marks[status]}  ${rows[at] ?? ""}`,
    ...(advice === undefined ? [] : [`      ${colors.bold("->")} ${advice}`]),
  ]);
}
