// If this failed, the author of a malformed file would be sent to the wrong line, or told
// nothing at all.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson } from "./json.ts";
import { findJsonFault } from "./json-fault.ts";

test.each([
  ["", "line 1, column 1: expected a value, found the end"],
  ['{"a": x}', 'line 1, column 7: expected a value, found "x"'],
  ['{"a":1,}', 'line 1, column 8: expected a key in double quotes, found "}"'],
  ["{1:2}", 'line 1, column 2: expected a key in double quotes or }, found "1"'],
  ['{"a" 1}', 'line 1, column 6: expected a colon, found "1"'],
  ["[1,\n 2 3]", 'line 2, column 4: expected a comma or ], found "3"'],
  ['{"a":[1,2}', 'line 1, column 10: expected a comma or ], found "}"'],
  ['{"a":1]', 'line 1, column 7: expected a comma or }, found "]"'],
  ["[01]", 'line 1, column 3: expected a comma or ], found "1"'],
  ["{}\n{}", 'line 2, column 1: expected the end of the file, found "{"'],
  ['["a\nb"]', 'line 1, column 4: expected the closing double quote of the string, found "\\n"'],
  ['["\\q"]', 'line 1, column 3: expected a valid escape sequence, found "\\\\"'],
  ["[".repeat(100_000), "line 1, column 100001: expected a value or ], found the end"],
])("%j is not JSON", (text, message) => {
  expect(parseJson(text)).toEqual({ ok: false, message });
});

test("a text is without fault exactly when JavaScript can parse it", () => {
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", '"', "]", "}", ":", "0", "\\", "-", " "))
    .map(([json, place, character]) => {
      const at = place % (json.length + 1);
      return json.slice(0, at) + character + json.slice(at + 1);
    });
  fc.assert(
    fc.property(fc.oneof(fc.json(), damaged), (text) => {
      expect(findJsonFault(text) === undefined).toBe(isJson(text));
    }),
    { numRuns: 2_000 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
