// If this failed, people would get a finding that the page does not explain, or look for one that there is not.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../cli/db/paths.ts";

test("the page lists every kind of finding", () => {
  const page = readFileSync(join(repositoryRoot, "docs/stripe.md"), "utf8");
  const table = /^\| kind .*?(?=\n\n)/ms.exec(page)?.[0] ?? "";
  const listed = [...table.matchAll(/^\| `(\w+)` /gm)].map(([, kind = ""]) => kind);
  const functions = join(repositoryRoot, "db/functions");
  const raised = readdirSync(functions, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sql"))
    .map((file) => readFileSync(join(functions, file), "utf8").replaceAll(/--.*$/gm, ""))
    .flatMap((text) => [
      ...text.matchAll(/'refused: (\w+)'/g),
      ...text.matchAll(/raise_(?:payment|event)_finding\(\s*(?:\w+, )?'(\w+)'/g),
    ])
    .map(([, kind = ""]) => kind)
    // A refund that has failed or was canceled is named by its status.
    .flatMap((kind) => (kind === "refund_" ? ["refund_failed", "refund_canceled"] : [kind]));
  expect(raised.length).toBeGreaterThan(20);
  expect(listed.toSorted()).toEqual([...new Set(raised)].toSorted());
});
