// If this failed, whoever follows docs/curl.md in a terminal would not get to their tickets.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startOfficeWithShow } from "../sdk/testing-office.ts";

test("its steps run as they stand", async () => {
  const page = await readFile(new URL("curl.md", import.meta.url), "utf8");
  const steps = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  const { office } = await startOfficeWithShow();
  await using _ = office;
  const { stdout } = await promisify(execFile)("bash", ["-e", "-c", steps.join("")], {
    env: { ...process.env, LML_URL: office.url },
  });
  const [, held, checkedOut, paid, bought] = stdout.trim().split("\n");
  expect(held).toContain('"totalAmountCents":"10000"');
  expect(checkedOut).toContain("pending_payment");
  expect(paid).toBe("succeeded");
  expect(bought).toMatch(/"confirmed".*"credential":"\S+".*"credential":"\S+"/);
});
