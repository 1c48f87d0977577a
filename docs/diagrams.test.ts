// If these tests failed, a picture would show a move that the database refuses, or leave one out.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../cli/db/paths.ts";
import { inTransaction } from "../db/tests/harness.ts";

test.each([
  ["bookings.md", "booking_status_transitions"],
  ["payouts.md", "payout_status_transitions"],
])("the diagrams of %s have the moves of %s", async (page, table) => {
  const text = readFileSync(join(repositoryRoot, "docs", page), "utf8");
  const diagrams = [...text.matchAll(/^```mermaid\nstateDiagram-v2\n(.*?)^```$/gms)];
  const drawn = diagrams.flatMap(([, diagram]) =>
    [...(diagram ?? "").matchAll(/^ {2}(\w+) --> (\w+)/gm)].map(
      ([, from, to]) => `${from} > ${to}`,
    ),
  );
  const allowed = await inTransaction("lml_owner", ({ rows }) =>
    rows<{ move: string }>(
      `select from_status || ' > ' || to_status as move from app_public.${table}`,
    ),
  );
  expect(drawn.toSorted()).toEqual(allowed.map(({ move }) => move).toSorted());
});
