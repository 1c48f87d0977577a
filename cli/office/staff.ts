import type { PlatformRole } from "../commands/staff.ts";
import { errorCode } from "../db/processes.ts";
import { CliError } from "../errors.ts";
import { createOutput } from "../output.ts";
import { asOwner } from "./database.ts";

/** Gives somebody a platform role. */
export async function grantRole(
  email: string,
  role: PlatformRole,
  flags: { data?: string },
): Promise<void> {
  const output = createOutput({ resultOnly: false });
  try {
    await asOwner(flags, (client) =>
      client.query("select app_private.grant_first_platform_role($1, $2)", [email, role]),
    );
  } catch (error) {
    if (errorCode(error) === "LMNFD") {
      throw new CliError("Nobody has an account with this address.", {
        hint: "They sign up first, and open the account with the mail that they get.",
        cause: error,
      });
    }
    if (errorCode(error) === "LMADM") {
      throw new CliError("This is the only admin, and the platform keeps one.", {
        hint: "Make somebody else an admin first.",
        cause: error,
      });
    }
    throw error;
  }
  output.line(`${email} is of the platform's staff now: ${role}.`);
}

/** Lists who has a platform role. */
export async function listStaff(flags: { data?: string; json: boolean }): Promise<void> {
  const output = createOutput({ resultOnly: flags.json });
  const staff = await asOwner(flags, async (client) => {
    const { rows } = await client.query<{ email: string; role: PlatformRole; since: string }>(
      `select u.email, p.role, to_json(p.granted_at) #>> '{}' as since
      from app_public.platform_staff as p join app_public.users as u on u.id = p.user_id
      where p.revoked_at is null
      order by p.role desc, u.email`,
    );
    return rows;
  });
  if (flags.json) output.line(JSON.stringify(staff, null, 2));
  else if (staff.length === 0) output.line("Nobody yet: `npx lml staff grant EMAIL admin`.");
  else for (const { email, role, since } of staff) output.line(`${role}  ${email}  since ${since}`);
}
