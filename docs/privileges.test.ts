// If this failed, the page of privileges would say something else than the database does.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../cli/db/paths.ts";
import { privilegesPage } from "../cli/db/privileges.ts";
import { testDatabase } from "../db/tests/harness.ts";

test("the page is what the database grants: node cli/db/privileges.ts", async () => {
  await using database = await testDatabase();
  const owner = await database.connect("lml_owner");
  const page = await privilegesPage(owner);
  expect(await readFile(join(repositoryRoot, "docs", "privileges.md"), "utf8")).toBe(page);
  // A grant that nobody wrote down changes the page.
  await owner.query("grant select on app_private.user_credentials to lml_user");
  expect(await privilegesPage(owner)).not.toBe(page);
});
