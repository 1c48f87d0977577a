import type pg from "pg";
import { createOutput } from "../output.ts";
import { asOwner } from "./database.ts";

const batchLimit = 500;

/** Applies all events of the inbox again, and tells what became of them. */
export async function replayInbox(flags: { data?: string }): Promise<void> {
  const output = createOutput();
  const outcomes = await output.step("applying Stripe's events again", () =>
    asOwner(flags, async (client) => {
      await replay(client);
      const { rows } = await client.query<{ outcome: string; count: number }>(
        `select coalesce(outcome, 'waiting') as outcome, count(*)::int as count
        from app_private.stripe_events group by 1 order by 1`,
      );
      return rows;
    }),
  );
  const told = outcomes.map(({ outcome, count }) => `${count} ${outcome}`).join(", ");
  output.line(told === "" ? "The inbox is empty." : told);
}

async function replay(client: pg.ClientBase): Promise<void> {
  let last: string | null = null;
  do {
    const { rows }: pg.QueryResult<{ last: string | null }> = await client.query(
      "select app_private.reapply_stripe_events($1, $2) as last",
      [last, batchLimit],
    );
    last = rows[0]?.last ?? null;
  } while (last !== null);
}
