import { Command, InvalidArgumentError, Option } from "commander";
import { importLayoutCommand } from "./import.ts";
import { dataOption } from "./options.ts";

/** Which layout a command is about. */
export interface LayoutChoice {
  readonly venue?: string;
  readonly data?: string;
}

/** What `lml layout export` was asked for. */
export interface ExportLayoutFlags extends LayoutChoice {
  readonly layoutVersion?: number;
  readonly format: "lml" | "pretix";
  readonly output?: string;
}

/** What `lml layout draw` was asked for. */
export interface DrawLayoutFlags extends LayoutChoice {
  readonly layoutVersion?: number;
  readonly performance?: string;
  readonly repair: boolean;
  readonly output?: string;
}

/** What `lml layout validate` and `lml layout list` were asked for. */
export interface ListLayoutsFlags extends LayoutChoice {
  readonly json: boolean;
}

/** `lml layout`: seating plans in and out. */
export function layoutCommand(): Command {
  return new Command("layout")
    .summary("import, export, draw, list and validate seating plans")
    .description(
      "Seating plans: sections of rows and seats, and standing areas, in versions that never change.",
    )
    .addCommand(importLayoutCommand("import"))
    .addCommand(exportCommand())
    .addCommand(drawCommand())
    .addCommand(listCommand())
    .addCommand(validateCommand());
}

function exportCommand(): Command {
  return withVenue(new Command("export"))
    .summary("write a version of a venue's layout to a file or standard output")
    .description(
      "Writes a seating plan in a format that import reads. Importing it again gives the same version: in our own " +
        "format (lml) the file is the stored document, byte for byte; in pretix's, what pretix has no place for " +
        "(features, standing areas) stands under lml, which pretix does not use.",
    )
    .option("--layout-version <n>", "which version; not said, the newest one", parseVersion)
    .addOption(
      new Option("--format <format>", "of the file").choices(["lml", "pretix"]).default("lml"),
    )
    .option("--output <file>", "where to; not said, standard output")
    .addHelpText(
      "after",
      `
Examples:
  npx lml layout export --venue riverside > plan.json
  npx lml layout export --venue riverside --layout-version 2 --format pretix --output plan.json`,
    )
    .action(async (flags: ExportLayoutFlags) => {
      const { exportLayout } = await import("../office/layouts.ts");
      process.exitCode = await exportLayout(flags);
    });
}

function drawCommand(): Command {
  return withVenue(new Command("draw"))
    .summary("draw a seating plan as an SVG picture")
    .description(
      "Draws a file that import would read, a version of a venue's layout, or what is free at a performance, for any browser.",
    )
    .argument("[file]", "a plan, as JSON; - reads standard input; not said, the venue's")
    .option("--repair", "draw a file as it would be repaired", false)
    .option("--layout-version <n>", "which version; not said, the newest one", parseVersion)
    .option("--performance <id>", "what is free at this performance, by the plan that it sells")
    .option("--output <file>", "where to; not said, standard output")
    .addHelpText(
      "after",
      `
Examples:
  npx lml layout draw plan.json --repair --output plan.svg
  npx lml layout draw --venue riverside --output hall.svg`,
    )
    .action(async (file: string | undefined, flags: DrawLayoutFlags) => {
      const { drawLayout } = await import("../office/draw-layout.ts");
      process.exitCode = await drawLayout(file, flags);
    });
}

function listCommand(): Command {
  return withVenue(new Command("list"))
    .summary("list the versions of a venue's layout")
    .description("Lists the versions of a venue's layout.")
    .option("--json", "print them as JSON", false)
    .addHelpText("after", "\nExample:\n  npx lml layout list --venue riverside")
    .action(async (flags: ListLayoutsFlags) => {
      const { listLayouts } = await import("../office/layouts.ts");
      process.exitCode = await listLayouts(flags);
    });
}

function validateCommand(): Command {
  return withVenue(new Command("validate"))
    .summary("compare a venue's layouts as documents and as rows")
    .description(
      "Reads every stored document again, and says what its rows, hash and capacities say differently. Exit code 1 when " +
        "something does. A file is checked by: lml layout import FILE --dry-run",
    )
    .option("--json", "print the differences as JSON", false)
    .addHelpText("after", "\nExample:\n  npx lml layout validate --venue riverside")
    .action(async (flags: ListLayoutsFlags) => {
      const { validateLayouts } = await import("../office/layouts.ts");
      process.exitCode = await validateLayouts(flags);
    });
}

function withVenue(command: Command): Command {
  return command
    .option("--venue <id-or-slug>", "of which venue; not needed where there is only one")
    .addOption(dataOption());
}

function parseVersion(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new InvalidArgumentError("Versions are counted from 1.");
  }
  return Number(text);
}
