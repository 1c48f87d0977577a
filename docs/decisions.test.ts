// If these tests failed, "decision 0011" would be two of them, or a page would call itself another than its file is.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../cli/db/paths.ts";

test("decisions are numbered one after the other, and say their number", () => {
  const directory = join(repositoryRoot, "docs/decisions");
  const pages = readdirSync(directory).toSorted();
  expect(pages.map((page) => Number(page.slice(0, 4)))).toEqual(pages.map((_, at) => at + 1));
  for (const page of pages) {
    expect(readFileSync(join(directory, page), "utf8")).toMatch(
      new RegExp(`^# ${page.slice(0, 4)}: `),
    );
  }
});
