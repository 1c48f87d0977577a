// The examples of a page, as whoever copies them would run them.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";

/** An example of a page. */
export interface Example {
  /** The heading that it stands under. */
  readonly heading: string;
  readonly code: string;
}

/** The examples of a page in Markdown. */
export function examplesOf(page: string): Example[] {
  return [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(({ 1: code = "", index }) => ({
    heading:
      page
        .slice(0, index)
        .match(/^## .*$/gm)
        ?.at(-1)
        ?.slice(3) ?? "",
    code,
  }));
}

/** Runs an example in a program of its own and returns what it prints. */
export async function runExample(
  { code, heading }: Example,
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const file = join(directory, `example-${heading.replaceAll(/\W+/g, "-")}-${Date.now()}.ts`);
  const sdk = new URL("index.ts", import.meta.url).href;
  expect(code).toContain('"./sdk/index.ts"');
  await writeFile(file, code.replace('"./sdk/index.ts"', JSON.stringify(sdk)));
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    env: { ...process.env, ...environment },
  });
  return stdout;
}
