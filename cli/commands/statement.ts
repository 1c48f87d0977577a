import { Command, InvalidArgumentError } from "commander";
import { dataOption } from "./options.ts";

/** Where the books are, and how to print them. */
export interface StatementFlags {
  readonly data?: string;
  readonly json: boolean;
}

/** `lml statement`: what the books of an organization say of a month. */
export function statementCommand(): Command {
  return new Command("statement")
    .summary("print what the books of an organization say of a month")
    .description(
      "Prints what each account of an organization's books opened with, its movements by category, and what it closed " +
        "with, as CSV with amounts in whole units.",
    )
    .argument("<organization>", "its slug, as in its address")
    .argument("<month>", "such as 2026-11", parseMonth)
    .option("--json", "print JSON, with amounts in minor units", false)
    .addOption(dataOption())
    .addHelpText(
      "after",
      `
Examples:
  npx lml statement riverside-theatre 2026-11
  npx lml statement riverside-theatre 2026-11 > november.csv`,
    )
    .action(async (organization: string, month: string, flags: StatementFlags) => {
      const { runStatement } = await import("../office/statement.ts");
      process.exitCode = await runStatement(organization, month, flags);
    });
}

function parseMonth(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError("Give it like 2026-11.");
}
