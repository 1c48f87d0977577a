import { Command } from "commander";
import { dataOption } from "./options.ts";

/** What `lml import layout` was asked for. */
export interface ImportLayoutFlags {
  readonly venue?: string;
  readonly name?: string;
  readonly repair: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly data?: string;
}

/** `lml import`: reads what other programs have written. */
export function importCommand(): Command {
  return new Command("import")
    .summary("read seating plans from files, as `lml layout import` does")
    .description("Reads what other programs have written.")
    .addCommand(importLayoutCommand())
    .addHelpText("after", "\nExample:\n  npx lml import layout plan.json --dry-run");
}

/** `lml import layout`, which is `lml layout import` too. */
export function importLayoutCommand(name = "layout"): Command {
  return new Command(name)
    .summary("store a seating plan as a new version of a venue's layout")
    .description(
      "Reads a seating plan, our own format (lml-layout/1) or pretix's, says everything that is wrong with it, and stores " +
        "it as a new version of a venue's layout. The same plan again is the same version. Exit code 1 when it is refused.",
    )
    .argument("<file>", "the plan, as JSON; - reads standard input")
    .option("--venue <id-or-slug>", "for which venue; not needed where there is only one")
    .option("--name <text>", "the layout's name, instead of the one in the file")
    .option("--repair", "repair what is unambiguous, and say what was done", false)
    .option("--dry-run", "only read and report; needs no database", false)
    .option("--json", "print the outcome as JSON, and the report on standard error", false)
    .addOption(dataOption())
    .addHelpText(
      "after",
      `
A slug that several organizations use is written organization/venue.

Examples:
  npx lml layout import plan.json --dry-run
  npx lml layout import plan.json --repair --venue riverside
  npx lml layout import - --venue riverside-theatre/riverside < plan.json`,
    )
    .action(async (file: string, flags: ImportLayoutFlags) => {
      const { importLayout } = await import("../office/import-layout.ts");
      process.exitCode = await importLayout(file, flags);
    });
}
