// Everything that can be said without running the product: types, lint, format, dangerous migrations, loose ends.
// Prints what each check has to say only when it fails. With `--report FILE` the counts are written there as JSON.
import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

interface Check {
  readonly name: string;
  readonly program: string;
  readonly words: readonly string[];
}

const root = join(import.meta.dirname, "..");
const committed = join("db", "migrations", "committed");
const migrations = readdirSync(join(root, committed))
  .filter((file) => file.endsWith(".sql"))
  .map((file) => join(committed, file));

const checks: Check[] = [
  { name: "types", program: "tsc", words: ["--noEmit"] },
  { name: "lint", program: "oxlint", words: ["--deny-warnings"] },
  { name: "format", program: "prettier", words: ["--check", "--log-level=warn", "."] },
  { name: "loose ends", program: "knip", words: ["--no-progress"] },
  // squawk takes no files for a mistake, and before the first commit there are none.
  ...(migrations.length === 0
    ? []
    : [{ name: "migrations", program: "squawk", words: ["-c", ".squawk.toml", ...migrations] }]),
];

function passes({ name, program, words }: Check): boolean {
  const started = Date.now();
  const command = join(root, "node_modules", ".bin", program);
  const { status, error, stdout, stderr } = spawnSync(command, words, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? "1" : "0" },
  });
  const ok = status === 0;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${ok ? "ok    " : "FAILED"} ${name} (${program}, ${seconds} s)\n`);
  if (!ok) process.stdout.write(`${error?.message ?? ""}${stdout ?? ""}${stderr ?? ""}\n`);
  return ok;
}

const { values } = parseArgs({ options: { report: { type: "string" } } });
const results = checks.map((check) => passes(check));
const passed = results.filter(Boolean).length;
const failed = results.length - passed;
if (values.report !== undefined) writeFileSync(values.report, JSON.stringify({ passed, failed }));
process.exitCode = failed === 0 ? 0 : 1;
