// If this failed, the page would promise another retention than the database keeps.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../cli/db/paths.ts";
import { inTransaction } from "../db/tests/harness.ts";

test("the page lists every rule of retention, with how long it keeps things", async () => {
  const page = await readFile(join(repositoryRoot, "docs/privacy.md"), "utf8");
  const listed = [...page.matchAll(/^\| `([a-z_]+)` +\| .* \| (\d+ days) +\|$/gm)].map(
    ([, rule, keptFor]) => ({ rule, kept_for: keptFor }),
  );
  const rules = await inTransaction("lml_owner", ({ rows }) =>
    rows("select rule, kept_for::text from app_private.retention_rules order by rule"),
  );
  expect(listed.toSorted((a, b) => ((a.rule ?? "") < (b.rule ?? "") ? -1 : 1))).toEqual(rules);
});
