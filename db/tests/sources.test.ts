// If this fails, a line of SQL is too long to be read beside another version of it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../../cli/db/paths.ts";

const columns = 100;

function linesOf(folder: string): string[] {
  return readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sql"))
    .flatMap((file) =>
      readFileSync(join(repositoryRoot, folder, file), "utf8")
        .split("\n")
        .map((line, index) => `${folder}/${file}:${index + 1}: ${line}`)
        .filter((told) => told.slice(told.indexOf(": ") + 2).length > columns),
    );
}

test.each(["db/functions", "db/policies", "db/migrations/current"])(
  "no line of %s is longer than 100 columns",
  (folder) => {
    expect(linesOf(folder)).toEqual([]);
  },
);
