import type pg from "pg";
import type { StatementFlags } from "../commands/statement.ts";
import { CliError, exitCodes } from "../errors.ts";
import { createOutput } from "../output.ts";
import { asOwner } from "./database.ts";
import { requireOrganization } from "./organizations.ts";

/** The statement of an organization for a month such as `2026-11`, as CSV in whole units, or as JSON in minor ones. */
export async function statementOf(
  client: pg.Client,
  organization: string,
  month: string,
  asJson = false,
): Promise<string> {
  const { rows } = await client.query<{ statement: string }>(
    `select case when $3 then (
        select jsonb_pretty(coalesce(jsonb_agg(l), '[]'))
        from app_private.statement_lines(p.organization_id, p.starts_at, p.ends_at) as l
      ) else app_private.statement_as_csv(p.organization_id, p.starts_at, p.ends_at) end as statement
      from app_public.organizations as o
      join app_public.accounting_periods as p on p.organization_id = o.id
      where o.slug = $1 and p.period = $2::date`,
    [organization, `${month}-01`, asJson],
  );
  const statement = rows[0]?.statement;
  if (statement !== undefined) return statement;
  throw await whyNot(client, organization, month);
}

async function whyNot(client: pg.Client, organization: string, month: string): Promise<CliError> {
  await requireOrganization(client, organization);
  const { rows } = await client.query<{ months: string | null }>(
    `select string_agg(to_char(p.period, 'YYYY-MM'), ', ' order by p.period desc) as months
      from app_public.accounting_periods as p
      join app_public.organizations as o on o.id = p.organization_id
      where o.slug = $1`,
    [organization],
  );
  return new CliError(`The books of "${organization}" have no ${month}.`, {
    hint: `Months begin with the first sale. There are: ${rows[0]?.months ?? "none yet"}.`,
    exitCode: exitCodes.no,
  });
}

/** Prints the statement. Returns the exit code. */
export async function runStatement(
  organization: string,
  month: string,
  flags: StatementFlags,
): Promise<number> {
  const output = createOutput({ resultOnly: true });
  const statement = await asOwner(flags, (client) =>
    statementOf(client, organization, month, flags.json),
  );
  output.line(statement.trimEnd());
  return exitCodes.done;
}
