// If this failed, a person whose layout was refused could not read why, or would have their
// terminal rewritten by a file.
import { expect, test } from "vitest";
import { formatLayoutReport, readLayout } from "./index.ts";
import { ownRow, ownSeat, ownText, pretixRow, pretixSeat, pretixText } from "./samples.ts";

const repeated = pretixText([
  pretixRow("A", [pretixSeat("1", { radius: 9 }), pretixSeat("2")]),
  pretixRow("A", [pretixSeat("3"), pretixSeat("4")]),
]);

function report(text: string, repair: boolean): string {
  return formatLayoutReport(readLayout(text, { repair }));
}

test("a refused file", () => {
  expect(report(repeated, false)).toBe(`\
Layout "Small hall" (pretix seating plan): refused
  1 section, 2 rows, 4 seats, 1 category

Errors
  duplicate_row_in_section  1  rows whose label an earlier row of the section has; repairable
                                 Parquet, row A

Notices
  unexpected_key  1  keys that a layout does not keep; left out
                       seat.radius (1)

Nothing was imported. Every error can be repaired: run again with --repair.
`);
});

test("a repaired file", () => {
  expect(report(repeated, true).replace(/[0-9a-f]{64}/, "<hash>")).toBe(`\
Layout "Small hall" (pretix seating plan): accepted after repair
  2 sections, 2 rows, 4 seats, 1 category
  sha256 <hash>

Repaired
  duplicate_row_in_section  1  rows whose label an earlier row of the section has
                                 Parquet, row A

Notices
  unexpected_key  1  keys that a layout does not keep; left out
                       seat.radius (1)

Done
  section_split       2  Parquet became Parquet 1, Parquet 2
  extra_keys_dropped  1  keys that a layout does not keep
`);
});

test("a sound file", () => {
  expect(report(ownText(), false).replace(/[0-9a-f]{64}/, "<hash>")).toBe(`\
Layout "Small hall" (lml-layout/1): accepted
  1 section, 1 row, 2 seats, 1 category
  sha256 <hash>
`);
});

test("a file that cannot be read", () => {
  expect(report("{", true)).toBe(`\
Layout: refused

Errors
  malformed_json  1  the file is not JSON
                       line 1, column 2: expected a key in double quotes or }, found the end

Nothing was imported. Only a change of the file helps: malformed_json.
`);
});

test("a long list of examples is cut, and a file cannot steer the terminal", () => {
  const seats = ["1", "2", "3", "4"].map((number) => ownSeat(number, { category: "\u001b[2J" }));
  const text = report(ownText([ownRow("A", seats)]), false);
  expect(text).not.toContain("\u001b");
  expect(text).toContain("Parquet, row A, seat 1: \\u{1b}[2J");
  expect(text).toMatch(/seat 3: .*\n +\.\.\.\n/);
  expect(text).not.toContain("seat 4");
});
