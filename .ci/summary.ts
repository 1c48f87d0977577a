// Adds up the reports of the tests and of the static checks, and decides: nothing failed, and something ran.
// Usage: summary.ts TESTS_JSON TESTS_EXIT_CODE CHECKS_JSON CHECKS_EXIT_CODE
import { existsSync, readFileSync } from "node:fs";

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

function read(path: string | undefined): Record<string, unknown> {
  if (path === undefined || !existsSync(path)) return {};
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** A part that ended badly has failed, even when no report of it says so: a crash, a file that did not load. */
function counts(passed: unknown, failed: unknown, exitCode: string | undefined): Counts {
  const known = { passed: Number(passed ?? 0), failed: Number(failed ?? 0) };
  const bad = exitCode !== "0" || known.passed + known.failed === 0;
  return bad && known.failed === 0 ? { ...known, failed: 1 } : known;
}

const [testsPath, testsExit, checksPath, checksExit] = process.argv.slice(2);
const tests = read(testsPath);
const checks = read(checksPath);
const parts = [
  counts(tests["numPassedTests"], tests["numFailedTests"], testsExit),
  counts(checks["passed"], checks["failed"], checksExit),
];
const passed = parts.reduce((sum, part) => sum + part.passed, 0);
const failed = parts.reduce((sum, part) => sum + part.failed, 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
