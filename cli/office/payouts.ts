import type pg from "pg";
import { z } from "zod";
import type { PayoutFlags, PayoutListFlags } from "../commands/payouts.ts";
import { CliError, exitCodes } from "../errors.ts";
import { alignColumns, createOutput, type Output } from "../output.ts";
import { asOwner } from "./database.ts";
import { requireOrganization } from "./organizations.ts";

const parts = {
  gross: "gross revenue",
  commission: "commission",
  stripe_fees: "Stripe's fees",
  refunds: "refunds",
  adjustments: "adjustments",
  net: "net",
} as const;

type Amounts = Readonly<Record<keyof typeof parts, string>>;

interface PayoutRow {
  readonly id: string;
  readonly organization: string;
  readonly promoter: string | null;
  readonly period: string;
  readonly status: string;
  readonly net: string;
  readonly transfer: string | null;
  readonly failure: string | null;
}

interface ItemRow extends Amounts {
  readonly kind: string;
  readonly source: string | null;
  readonly hold: string | null;
}

interface HoldRow {
  readonly id: string;
  readonly amount: string;
  readonly reason: string;
  readonly until: string | null;
  readonly released: string | null;
}

interface Finding {
  readonly organization: string;
  readonly reason: string;
}

const payoutColumns = `p.id, o.slug as organization, r.name as promoter,
  p.payout_period_start || ' to ' || p.payout_period_end as period, p.status,
  app_hidden.money_text(p.net_payout_cents, p.currency) as net, p.stripe_transfer_id as transfer,
  p.failure_reason as failure`;

const payoutTables = `app_public.payouts as p
  join app_public.organizations as o on o.id = p.organization_id
  left join app_public.promoters as r
    on r.organization_id = p.organization_id and r.id = p.promoter_id`;

/** Prints payouts, the newest first. */
export async function listPayouts(flags: PayoutListFlags): Promise<void> {
  const output = createOutput({ resultOnly: true });
  const payouts = await asOwner(flags, async (client) => {
    if (flags.organization !== undefined) await requireOrganization(client, flags.organization);
    const { rows } = await client.query<PayoutRow>(
      `select ${payoutColumns} from ${payoutTables}
      where ($1::text is null or o.slug = $1)
        and ($2::app_public.payout_status is null or p.status = $2)
      order by p.created_at desc, p.id desc limit $3`,
      [flags.organization, flags.status, flags.limit],
    );
    return rows;
  });
  if (flags.json) output.line(JSON.stringify(payouts, null, 2));
  else if (payouts.length === 0) output.line("There are none.");
  else printPayouts(output, payouts);
}

/** Prints a payout, and whether the books give the same amounts again. Returns the exit code. */
export async function showPayout(id: string, flags: PayoutFlags): Promise<number> {
  if (!z.guid().safeParse(id).success) {
    throw new CliError(`"${id}" is not the id of a payout.`, { exitCode: exitCodes.usage });
  }
  const output = createOutput({ resultOnly: true });
  const found = await asOwner(flags, (client) => readPayout(client, id));
  if (flags.json) output.line(JSON.stringify(found, null, 2));
  else printPayout(output, found);
  return found.reproduced ? exitCodes.done : exitCodes.no;
}

/** Makes the payouts that are due. Returns the exit code. */
export async function runPayouts(flags: PayoutFlags): Promise<number> {
  const output = createOutput({ resultOnly: true, quiet: flags.json });
  const { payouts, findings } = await output.step("making the payouts that are due", () =>
    asOwner(flags, makeDue),
  );
  if (flags.json) output.line(JSON.stringify({ payouts, findings }, null, 2));
  else {
    if (payouts.length === 0) output.line("Nothing was due.");
    else printPayouts(output, payouts);
    for (const { organization, reason } of findings) {
      output.line(`Those of ${organization} could not be made: ${reason}`);
    }
  }
  return findings.length === 0 ? exitCodes.done : exitCodes.no;
}

/** Ends when a round finds nobody: who could not be paid is not due again for an hour. */
async function makeDue(
  client: pg.ClientBase,
): Promise<{ payouts: readonly PayoutRow[]; findings: readonly Finding[] }> {
  const { rows: clock } = await client.query<{ now: string }>("select now()::text as now");
  const since = clock[0]?.now;
  for (let made = 1; made > 0;) {
    const { rows } = await client.query<{ made: number }>(
      "select app_private.run_due_payouts() as made",
    );
    made = rows[0]?.made ?? 0;
  }
  const { rows: payouts } = await client.query<PayoutRow>(
    `select ${payoutColumns} from ${payoutTables}
    where p.created_at > $1 and p.requested_by is null order by p.created_at, p.id`,
    [since],
  );
  const { rows: findings } = await client.query<Finding>(
    `select o.slug as organization, f.detail ->> 'reason' as reason
    from app_public.payment_findings as f
    join app_public.organizations as o on o.id = f.organization_id
    where f.kind = 'payouts_not_made' and f.last_seen_at > $1 and f.resolved_at is null
    order by o.slug`,
    [since],
  );
  return { payouts, findings };
}

async function readPayout(client: pg.ClientBase, id: string) {
  const { rows: payouts } = await client.query<PayoutRow>(
    `select ${payoutColumns} from ${payoutTables} where p.id = $1`,
    [id],
  );
  const [payout] = payouts;
  if (payout === undefined) throw new CliError(`There is no payout ${id}.`);
  const { rows: amounts } = await client.query<Amounts>(
    `select ${amountsOf("a", "p.currency")}
    from app_public.payouts as p
    cross join lateral (
      values
        (1, p.gross_revenue_cents, p.total_commission_cents, p.stripe_fees_cents, p.refunds_cents,
          p.adjustments_cents, p.net_payout_cents)
      union all
      select 2, b.gross_revenue_cents, b.total_commission_cents, b.stripe_fees_cents,
        b.refunds_cents, b.adjustments_cents, b.net_payout_cents
      from app_private.payout_from_books(p.id) as b
    ) as a (no, gross, commission, stripe_fees, refunds, adjustments, net)
    where p.id = $1 order by a.no`,
    [id],
  );
  const { rows: items } = await client.query<ItemRow>(
    `select i.kind, t.source, i.hold_id as hold, ${amountsOf("a", "p.currency")}
    from app_public.payout_items as i
    join app_public.payouts as p on p.id = i.payout_id
    left join app_public.ledger_transactions as t
      on t.organization_id = i.organization_id and t.id = i.ledger_transaction_id
    cross join lateral (
      values (i.gross_revenue_cents, i.commission_cents, i.stripe_fees_cents, i.refunds_cents,
        i.adjustments_cents, i.net_cents)
    ) as a (gross, commission, stripe_fees, refunds, adjustments, net)
    where i.payout_id = $1 order by i.id`,
    [id],
  );
  const { rows: holds } = await client.query<HoldRow>(
    `select h.id, coalesce(app_hidden.money_text(h.amount_cents, p.currency), 'all of it') as amount,
      h.reason, to_json(h.hold_until) #>> '{}' as until,
      to_json(h.released_at) #>> '{}' as released
    from app_public.payout_holds as h join app_public.payouts as p on p.id = h.payout_id
    where h.payout_id = $1 order by h.id`,
    [id],
  );
  const [stored, fromBooks] = amounts;
  if (stored === undefined || fromBooks === undefined) throw new Error("A payout has amounts.");
  const reproduced = partNames.every((part) => stored[part] === fromBooks[part]);
  return { ...payout, amounts: stored, fromBooks, reproduced, items, holds };
}

const partNames = Object.keys(parts) as readonly (keyof typeof parts)[];

function amountsOf(table: string, currency: string): string {
  return partNames
    .map((part) => `app_hidden.money_text(${table}.${part}, ${currency}) as ${part}`)
    .join(", ");
}

function printPayouts(output: Output, payouts: readonly PayoutRow[]): void {
  const rows = payouts.map(({ id, organization, promoter, period, status, net }) => [
    id,
    promoter === null ? organization : `${organization}: ${promoter}`,
    period,
    status,
    net,
  ]);
  const head = ["payout", "payee", "period", "status", "net"];
  for (const line of alignColumns([head, ...rows])) output.line(line);
}

function printPayout(output: Output, found: Awaited<ReturnType<typeof readPayout>>): void {
  printPayouts(output, [found]);
  if (found.transfer !== null) output.line(`Stripe's transfer: ${found.transfer}`);
  if (found.failure !== null) output.line(`The last attempt failed: ${found.failure}`);
  output.line();
  const names = Object.values(parts);
  const table = [
    ["", ...names],
    ...found.items.map((item) => [item.source ?? `${item.kind}:${item.hold}`, ...textsOf(item)]),
    ["the payout", ...textsOf(found.amounts)],
    ["from the books", ...textsOf(found.fromBooks)],
  ];
  for (const line of alignColumns(table)) output.line(line);
  output.line();
  for (const { id, amount, reason, until, released } of found.holds) {
    const end = released === null ? (until ?? "it is released") : released;
    output.line(`Held back until ${end}: ${amount}, ${reason} (${id})`);
  }
  output.line(
    found.reproduced
      ? "The books give the same amounts again."
      : "The books give other amounts: run `npx lml check`.",
  );
}

function textsOf(of: Amounts): readonly string[] {
  return partNames.map((part) => of[part]);
}
