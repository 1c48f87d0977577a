import { Argument, Command } from "commander";
import { dataOption } from "./options.ts";

/** What somebody may do for the platform. */
const platformRoles = ["support", "security", "admin"] as const;

/** One of them. */
export type PlatformRole = (typeof platformRoles)[number];

/** `lml staff`: who runs the platform. */
export function staffCommand(): Command {
  return new Command("staff")
    .summary("say who runs the platform")
    .description(
      "The people who run the platform itself: no organization makes anybody one of them. Whoever has the database's owner " +
        "as DATABASE_URL makes the first admin here; admins make the others, with grantPlatformRole.",
    )
    .addCommand(grantCommand())
    .addCommand(listCommand());
}

function grantCommand(): Command {
  return new Command("grant")
    .summary("give somebody with an account a role")
    .description("Gives somebody with an account a role, instead of the one they have.")
    .argument("<email>", "the address of their account")
    .addArgument(
      new Argument("<role>", "what they may do; an admin may do everything").choices(platformRoles),
    )
    .addOption(dataOption())
    .addHelpText(
      "after",
      `
Examples:
  npx lml staff grant ada@example.com admin
  DATABASE_URL=postgres://lml_owner:secret@db.example.com/lml npx lml staff grant ada@example.com support`,
    )
    .action(async (email: string, role: PlatformRole, flags: { data?: string }) => {
      const { grantRole } = await import("../office/staff.ts");
      await grantRole(email, role, flags);
    });
}

function listCommand(): Command {
  return new Command("list")
    .summary("list who runs the platform now")
    .description("Lists who runs the platform now.")
    .addOption(dataOption())
    .option("--json", "print them as a JSON array", false)
    .addHelpText("after", "\nExample:\n  npx lml staff list")
    .action(async (flags: { data?: string; json: boolean }) => {
      const { listStaff } = await import("../office/staff.ts");
      await listStaff(flags);
    });
}
