// If these failed, a server that has nothing to do would hold the memory that starting took.
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { giveBackMemory } from "./memory.ts";

const megabyte = 1024 * 1024;

/** Makes garbage that has lived long enough to be moved to the old generation, and says how large the heap became. */
function heapAfterGarbage(): number {
  const things = Array.from({ length: 1_000_000 }, (_, index) => ({ index, next: [index] }));
  return things.length > 0 ? process.memoryUsage().heapTotal : 0;
}

test("what was garbage is the machine's again", () => {
  giveBackMemory();
  const before = process.memoryUsage().heapTotal;
  const withGarbage = heapAfterGarbage();
  giveBackMemory();
  const after = process.memoryUsage().heapTotal;
  expect(withGarbage - before).toBeGreaterThan(40 * megabyte);
  expect(after - before).toBeLessThan(10 * megabyte);
});

test("nothing else in the process gets at the collector", () => {
  giveBackMemory();
  expect(runInNewContext("typeof gc")).toBe("undefined");
});
