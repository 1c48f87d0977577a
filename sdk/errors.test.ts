// If this failed, a program could not tell one refusal of the server from another.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as sdk from "./index.ts";

const root = new URL("../", import.meta.url).pathname;

/** Every code that the sources of the server can raise, or that docs/errors.md lists. */
async function knownCodes(): Promise<ReadonlySet<string>> {
  const codes = new Set<string>();
  const add = async (path: string): Promise<void> => {
    const text = await readFile(join(root, path), "utf8");
    for (const [code] of text.matchAll(/(?<![A-Za-z])LM[A-Z]{3}(?![A-Za-z])/g)) codes.add(code);
  };
  for (const directory of ["db/functions", "db/policies", "server", "docs"]) {
    const entries = await readdir(join(root, directory), { recursive: true }).catch(() => []);
    for (const name of entries) {
      const isCode = name.endsWith(".sql") || (name.endsWith(".ts") && !name.endsWith(".test.ts"));
      if (isCode || (directory === "docs" && name === "errors.md")) {
        await add(join(directory, name));
      }
    }
  }
  return codes;
}

describe("the errors", () => {
  test("have a class for every code, and none for a code that does not exist", async () => {
    const codes = await knownCodes();
    expect(codes.size).toBeGreaterThan(40);
    expect([...sdk.ERROR_CLASSES.keys()].sort()).toEqual([...codes].sort());
  });

  test("have a class of their own each, which is exported by its name", () => {
    const classes = [...sdk.ERROR_CLASSES.values()];
    expect(new Set(classes).size).toBe(classes.length);
    for (const each of classes) expect(Object.values(sdk)).toContain(each);
  });

  test("are those that the comments of methods name", async () => {
    const areas = join(root, "sdk/areas");
    const files = (await readdir(areas)).filter((name) => name.endsWith(".ts"));
    const texts = await Promise.all(files.map((name) => readFile(join(areas, name), "utf8")));
    const comments = texts.flatMap((text) => text.match(/\/\*\*.*?\*\//gs) ?? []);
    const named = comments.flatMap((comment) => comment.match(/\b[A-Z]\w*Error\b/g) ?? []);
    expect(named.length).toBeGreaterThan(500);
    expect([...new Set(named)].filter((name) => !(name in sdk))).toEqual([]);
  });

  test("carry what the server said", () => {
    const error = sdk.errorOf("Not available: Stalls A-1.", {
      code: "LMTKN",
      detail: '{"seat_ids": ["aa", "bb"]}',
      hint: "Choose other seats.",
      path: ["holdSeats"],
      requestId: "req-1",
      status: 200,
    });
    expect(error).toBeInstanceOf(sdk.SeatsTakenError);
    expect(error).toBeInstanceOf(sdk.LastMinuteLiveError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "SeatsTakenError",
      code: "LMTKN",
      message: "Not available: Stalls A-1.",
      seatIds: ["aa", "bb"],
      hint: "Choose other seats.",
      path: ["holdSeats"],
      requestId: "req-1",
      status: 200,
    });
  });

  test.each([undefined, null, "", "12", "null", "{}", '{"seat_ids": null}', '{"seat_ids": [1]}'])(
    "name no seats when the detail is %j",
    (detail) => {
      expect(sdk.errorOf("No.", { code: "LMSEA", detail })).toMatchObject({ seatIds: [] });
    },
  );

  test("are unknown errors when the code is one of a later version", () => {
    const error = sdk.errorOf("New.", { code: "LMNEW" });
    expect(error).toBeInstanceOf(sdk.UnknownError);
    expect(error.code).toBe("LMNEW");
  });
});
