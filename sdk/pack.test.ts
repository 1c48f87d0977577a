// If this failed, another project could not install the SDK, or would get types that do not hold.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repositoryRoot } from "../cli/db/paths.ts";
import { installPackage } from "./testing-package.ts";

const modules = join(repositoryRoot, "node_modules");
let project: string;
beforeAll(() => (project = installPackage()));
afterAll(() => rmSync(project, { recursive: true, force: true }));

test("plain JavaScript runs with it", () => {
  const program = `
    import { ConnectionError, LastMinuteLive } from "last-minute-live-sdk";
    const lml = new LastMinuteLive({ url: "http://127.0.0.1:1", retries: 0 });
    const error = await lml.events().toArray(1).catch((reason) => reason);
    console.log(error instanceof ConnectionError, error.code);`;
  const words = ["--input-type=module", "--eval", program];
  const said = execFileSync(process.execPath, words, { cwd: project, encoding: "utf8" });
  expect(said).toBe("true CONNECTION\n");
});

test("its types hold in a strict project that has no others", () => {
  const buy = (more: string): string => `
    import { type Booking, LastMinuteLive, type Seat, SeatsTakenError } from "last-minute-live-sdk";
    export async function buy(lml: LastMinuteLive, seats: readonly Seat[]): Promise<Booking> {
      try {
        return await lml.hold("a performance", seats);
      } catch (error) {
        if (!(error instanceof SeatsTakenError)) throw error;
        const taken: readonly string[] = error.seatIds;
        throw new Error(taken.join(), { cause: error });
      }
    }
    ${more}`;
  writeFileSync(join(project, "right.ts"), buy(""));
  writeFileSync(join(project, "wrong.ts"), buy("export const wrong: number = LastMinuteLive;"));
  const options = "--noEmit --strict --exactOptionalPropertyTypes --target ES2022 --lib ES2022,DOM";
  const files = ["--module", "NodeNext", "--types", "", "--ignoreConfig", "right.ts", "wrong.ts"];
  const compiler = join(modules, ".bin", "tsc");
  const { stdout } = spawnSync(compiler, [...options.split(" "), ...files], {
    cwd: project,
    encoding: "utf8",
  });
  expect(stdout.match(/^\w+\.ts\(\d+/gm)).toEqual(["wrong.ts(12"]);
});

test("its pages lead to pages that are in it", () => {
  const installed = join(project, "node_modules", "last-minute-live-sdk");
  const pages = globSync(join(installed, "**", "*.md"));
  expect(pages).toContain(join(installed, "docs", "errors.md"));
  const targets = pages.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/\]\(([^)#\s]+)/g)].map(([, target = ""]) => ({
      page,
      target,
    })),
  );
  const files = targets.filter(({ target }) => !URL.canParse(target));
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter(({ page, target }) => !existsSync(join(dirname(page), target)))).toEqual([]);
});
