import type pg from "pg";
import { reconcile } from "../../worker/reconcile.ts";
import { stripeClient, type StripeAccount } from "../../worker/stripe.ts";
import type { ReconcileFlags } from "../commands/reconcile.ts";
import { CliError, exitCodes } from "../errors.ts";
import { alignColumns, createOutput, type Output } from "../output.ts";
import { asOwner } from "./database.ts";
import { type OfficeDirectory, officeDirectory } from "./directory.ts";
import { loadSecrets } from "./secrets.ts";
import { runningState } from "./state.ts";

interface Result {
  readonly organization: string;
  readonly stripe: string;
  readonly books: string;
  readonly difference: string;
  readonly matched: string;
  readonly findings: string;
}

interface OpenFinding {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly organization: string;
  readonly booking: string | null;
}

/** Compares the books with Stripe and prints what came of it. Returns the exit code. */
export async function runReconcile(flags: ReconcileFlags): Promise<number> {
  const output = createOutput({ resultOnly: true, quiet: flags.json === true });
  const stripe = stripeClient(accountOf(officeDirectory(flags.data)));
  return await asOwner(flags, async (client) => {
    const run = await output.step("comparing the books with Stripe", (progress) =>
      reconcile({ stripe, database: client, graceMinutes: flags.grace, progress }),
    );
    const results = await resultsOf(client, run.id);
    const findings = await findingsOf(client);
    if (flags.json === true) output.line(JSON.stringify({ run, results, findings }, null, 2));
    else print(output, results, findings);
    return findings.length === 0 ? exitCodes.done : exitCodes.no;
  });
}

/** The account of the environment, else the stand-in of the box office that runs here. */
function accountOf(directory: OfficeDirectory): StripeAccount {
  const secretKey = process.env["STRIPE_SECRET_KEY"] || undefined;
  const apiBase = process.env["STRIPE_API_BASE"] || undefined;
  if (secretKey !== undefined) return { secretKey, apiBase };
  const url = runningState(directory)?.standInUrl;
  if (url === undefined) {
    throw new CliError("There is no Stripe to compare with.", {
      hint: "Set STRIPE_SECRET_KEY, or start a box office with its stand-in: npm start",
    });
  }
  return { secretKey: loadSecrets(directory).standIn.secretKey, apiBase: url };
}

async function resultsOf(client: pg.ClientBase, runId: string): Promise<readonly Result[]> {
  const { rows } = await client.query<Result>(
    `select coalesce(o.slug, '(the platform)') as organization,
      coalesce(app_hidden.money_text(r.stripe_net_cents, r.currency), r.stripe_net_cents || ' ' || r.currency) as stripe,
      coalesce(app_hidden.money_text(r.book_net_cents, r.currency), r.book_net_cents || ' ' || r.currency) as books,
      coalesce(app_hidden.money_text(r.difference_cents, r.currency), r.difference_cents || ' ' || r.currency) as difference,
      r.matched_count || ' of ' || r.book_count as matched, r.finding_count::text as findings
    from app_public.reconciliation_results as r
    left join app_public.organizations as o on o.id = r.organization_id
    where r.run_id = $1 order by o.slug nulls last, r.currency`,
    [runId],
  );
  return rows;
}

async function findingsOf(client: pg.ClientBase): Promise<readonly OpenFinding[]> {
  const { rows } = await client.query<OpenFinding>(
    `select f.id, f.kind, f.subject, coalesce(o.slug, '(the platform)') as organization,
      b.booking_reference as booking
    from app_public.payment_findings as f
    left join app_public.organizations as o on o.id = f.organization_id
    left join app_public.bookings as b
      on b.organization_id = f.organization_id and b.id = f.booking_id
    where f.kind like 'reconciliation\\_%' and f.resolved_at is null and f.gone_at is null
    order by f.first_seen_at, f.id`,
  );
  return rows;
}

function print(output: Output, results: readonly Result[], findings: readonly OpenFinding[]): void {
  const head = ["organization", "at Stripe", "in the books", "difference", "matched", "findings"];
  const rows = results.map((result) => Object.values(result).map(String));
  for (const line of alignColumns([head, ...rows])) output.line(line);
  output.line();
  if (findings.length === 0) {
    output.line(
      "Stripe and the books agree. What is younger than the grace is matched the next time.",
    );
    return;
  }
  const told = findings.map(({ id, kind, subject, organization, booking }) => [
    kind.replace("reconciliation_", "").replaceAll("_", " "),
    subject,
    organization,
    booking ?? "",
    id,
  ]);
  for (const line of alignColumns(told)) output.line(line);
  output.line();
  output.line(`${findings.length} open. What to do about each kind: docs/operations.md`);
}
