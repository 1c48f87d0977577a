// If this failed, a broken layout would be imported, or a sound one refused, for a reason that
// nobody is told.
import { describe, expect, test } from "vitest";
import { LAYOUT_LIMITS, type ProblemKind, readLayout } from "./index.ts";
import { PROBLEM_KINDS } from "./problems.ts";
import { ownRow, ownSeat, ownText, pretixRow, pretixSeat, pretixText } from "./samples.ts";

const ID = "a".repeat(64);
const oneRow = [ownRow("A", [ownSeat("1")])];

function section(name: string, rows = oneRow) {
  return { name, rows };
}
function ownSeats(...seats: ReturnType<typeof ownSeat>[]) {
  return ownText([ownRow("A", seats)]);
}
function pretixSeats(...seats: ReturnType<typeof pretixSeat>[]) {
  return pretixText([pretixRow("A", seats)]);
}
function named(i: number) {
  return { name: `N${i}`, color: "#fff" };
}
function list<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}

function standing(members: Record<string, unknown>) {
  return { name: "Pit", kind: "standing", capacity: 5, category: "Stalls", ...members };
}

type Case = [ProblemKind, string, count: number, example: string | RegExp];

/**
 * A minimal file for each kind: the text, how often the problem occurs in it, and an example that
 * must be given.
 */
const CASES: Case[] = [
  ["file_too_large", " ".repeat(LAYOUT_LIMITS.fileCharacters + 1), 1, /134217728 are allowed/],
  ["malformed_json", '{"format":\n  oops}', 1, 'line 2, column 3: expected a value, found "o"'],
  ["unknown_format", "[]", 1, "the document has neither a format nor zones"],
  ["unknown_format", '{"format":"lml-layout/2"}', 1, 'format: "lml-layout/2"'],
  [
    "invalid_structure",
    ownText([ownRow("A", [{ number: 7 }])]),
    1,
    /^sections\[0\]\.rows\[0\]\.seats\[0\]\.number: /,
  ],
  ["invalid_structure", ownSeats(ownSeat("1", { features: ["throne"] })), 1, /features\[0\]: /],
  ["invalid_structure", ownSeats(ownSeat("1", { features: ["aisle", "aisle"] })), 1, /given twice/],
  ["invalid_structure", ownSeats(ownSeat("1", { seat_id: "ABC" })), 1, /seat_id: .*hexadecimal/],
  ["invalid_structure", '{"zones":{}}', 2, /^categories: /],
  ["missing_plan_size", pretixText([], { size: null }), 1, "size: null"],
  ["missing_plan_size", pretixText([], { size: { width: 0, height: 5 } }), 1, /"width":0/],
  ["no_seats", ownText([]), 1, "no section has a row with a seat"],
  [
    "too_many_sections",
    ownText([], { sections: list(1001, (i) => section(`S${i}`)) }),
    1,
    /^1001 /,
  ],
  ["too_many_rows", ownText(list(20_001, (i) => ownRow(`${i}`, [ownSeat("1")]))), 1, /^20001 /],
  [
    "too_many_seats",
    ownText([
      ownRow(
        "A",
        list(200_001, (i) => ({ number: `${i}` })),
      ),
    ]),
    1,
    /^200001 /,
  ],
  ["too_many_categories", ownText(oneRow, { categories: list(201, named) }), 1, /^201 /],
  ["missing_name", ownText(oneRow, { name: " " }), 1, "the layout"],
  [
    "missing_name",
    pretixText([], { zones: [{ rows: [pretixRow("A", [pretixSeat("1")])] }] }),
    1,
    "section no. 1",
  ],
  ["missing_name", ownText([{ seats: [ownSeat("1")] }]), 1, "Parquet, row no. 1"],
  ["missing_name", ownText(oneRow, { categories: [{ name: "Stalls" }, {}] }), 1, "category no. 2"],
  ["missing_seat_number", ownSeats(ownSeat("1", { number: "" })), 1, "Parquet, row A, seat no. 1"],
  ["missing_seat_number", pretixSeats(pretixSeat("1", { seat_number: null })), 1, /seat no\. 1/],
  [
    "text_too_long",
    ownText([ownRow("A".repeat(51), [ownSeat("1")])]),
    1,
    /51 characters, limit 50$/,
  ],
  ["text_too_long", ownSeats(ownSeat("1", { number: "1".repeat(21) })), 1, /limit 20$/],
  ["unprintable_text", ownText(oneRow, { name: "Hall\u0000" }), 1, "the layout"],
  ["unprintable_text", ownText([ownRow("\uD800", [ownSeat("1")])]), 1, /Parquet, row/],
  [
    "invalid_color",
    ownText(oneRow, { categories: [{ name: "Stalls", color: "red" }] }),
    1,
    "category Stalls: red",
  ],
  [
    "duplicate_category",
    ownText(oneRow, { categories: [{ name: "Stalls" }, { name: "Stalls" }] }),
    1,
    "Stalls",
  ],
  ["duplicate_section", ownText([], { sections: [section("B"), section("B")] }), 1, "B"],
  [
    "duplicate_number_in_row",
    ownSeats(ownSeat("1"), ownSeat("2"), ownSeat("1")),
    1,
    "Parquet, row A, seat 1",
  ],
  [
    "duplicate_number_in_row",
    pretixSeats(pretixSeat("1"), pretixSeat("1")),
    1,
    "Parquet, row A, seat 1",
  ],
  [
    "coordinate_not_a_number",
    ownSeats(ownSeat("1", { x: "0.5" }), ownSeat("2", { y: null })),
    2,
    /seat 1$/,
  ],
  ["coordinate_not_a_number", ownText().replace('"y":0.5', '"y":1e999'), 1, /seat 1$/],
  ["coordinate_not_a_number", pretixSeats(pretixSeat("1", { position: null })), 1, /seat 1$/],
  [
    "coordinate_not_a_number",
    pretixText([pretixRow("A", [pretixSeat("1")], { position: { x: "1", y: 0 } })]),
    1,
    /seat 1$/,
  ],
  [
    "position_outside_plan",
    ownSeats(ownSeat("1", { x: 1.00000001 })),
    1,
    /1\.00000001, 0\.5; the plan ends at 1, 1$/,
  ],
  ["position_outside_plan", ownSeats(ownSeat("1", { y: -0.1 })), 1, /0\.01, -0\.1/],
  [
    "position_outside_plan",
    pretixSeats(pretixSeat("1", { position: { x: 0, y: 201 } })),
    1,
    /0\.5025; the plan ends at 1, 0\.5$/,
  ],
  [
    "unknown_category",
    ownSeats(ownSeat("1", { category: "Gods" }), ownSeat("2")),
    1,
    /seat 1: Gods$/,
  ],
  [
    "unknown_category",
    pretixSeats(pretixSeat("1", { category: null }), pretixSeat("2")),
    1,
    /no category$/,
  ],
  [
    "unknown_category",
    ownText([ownRow("A", [ownSeat("1")])], { sections: [standing({ category: "Gods" })] }),
    1,
    /Pit: Gods$/,
  ],
  ...[0, -1, 1.5, 1_000_001].map((capacity): Case => [
    "invalid_capacity",
    ownText([], { sections: [standing({ capacity })] }),
    1,
    new RegExp(`Pit: ${capacity}$`),
  ]),
  [
    "invalid_structure",
    ownText([], { sections: [standing({ rows: [] })] }),
    1,
    /^sections\[0\]\.rows/,
  ],
  [
    "invalid_structure",
    ownText([], { sections: [{ name: "P", kind: "lying", rows: [] }] }),
    1,
    /^sections\[0\]\.kind/,
  ],
  [
    "area_outside_plan",
    ownText([], { sections: [standing({ area: { x: 0.5, y: 0, width: 0.6, height: 1 } })] }),
    1,
    /Pit: 0.6 by 1 at 0.5, 0$/,
  ],
  [
    "duplicate_seat_guid",
    pretixSeats(pretixSeat("1", { seat_guid: "g" }), pretixSeat("2", { seat_guid: "g" })),
    1,
    "Parquet, row A, seat 2: g",
  ],
  [
    "duplicate_seat_id",
    ownSeats(ownSeat("1", { seat_id: ID }), ownSeat("2", { seat_id: ID })),
    1,
    "Parquet, row A, seat 2",
  ],
  [
    "duplicate_row_in_section",
    ownText([ownRow("A", [ownSeat("1")]), ownRow("A", [ownSeat("2")])]),
    1,
    "Parquet, row A",
  ],
  [
    "duplicate_seat_number",
    ownText([ownRow("A", [ownSeat("1")]), ownRow("A", [ownSeat("1", { y: 0.7 })])]),
    1,
    "Parquet, row A, seat 1",
  ],
  [
    "unused_category",
    ownText(oneRow, { categories: [{ name: "Stalls" }, { name: "Gods" }] }),
    1,
    "Gods",
  ],
  ["seat_overlap", ownSeats(ownSeat("1"), ownSeat("2", { x: 0.01 })), 1, /seat 2: at 0\.01, 0\.5$/],
  ["empty_section", ownText([], { sections: [section("A"), section("Stage", [])] }), 1, "Stage"],
  ["empty_row", ownText([...oneRow, ownRow("B", [])]), 1, "Parquet, row B"],
  [
    "unexpected_key",
    ownSeats(ownSeat("1", { note: 1 }), ownSeat("2", { note: 2 })),
    2,
    "seat.note (2)",
  ],
  [
    "unexpected_key",
    pretixSeats(pretixSeat("1", { position: { x: 1, y: 1, z: 1 } })),
    1,
    "seat.position.z (1)",
  ],
];

describe.each(CASES)("%s", (kind, text, count, example) => {
  const about: { severity: string; repairable?: boolean } = PROBLEM_KINDS[kind];
  const isNotice = about.severity === "notice";
  const isRepairable = about.repairable === true;

  test(`is counted and shown, and ${isNotice ? "does not refuse" : "refuses"} the file`, () => {
    const reading = readLayout(text, { repair: false });
    const problem = reading.problems.find((found) => found.kind === kind);
    expect(problem).toMatchObject({ kind, count, severity: about.severity, repaired: false });
    expect(problem?.examples[0]).toMatch(example);
    expect(reading.accepted).toBe(isNotice);
  });

  test(`${isNotice || isRepairable ? "does not refuse" : "refuses"} it with repair`, () => {
    const reading = readLayout(text, { repair: true });
    const problem = reading.problems.find((found) => found.kind === kind);
    expect(problem).toMatchObject({ kind, count, repaired: isRepairable });
    expect(reading.accepted).toBe(isNotice || isRepairable);
  });
});

test("every kind of problem has a case", () => {
  const tested = new Set(CASES.map(([kind]) => kind));
  expect(Object.keys(PROBLEM_KINDS).filter((kind) => !tested.has(kind as ProblemKind))).toEqual([]);
});

test("one reading names every kind of problem at once, and only the first examples", () => {
  const seats = list(9, (i) => ownSeat(`${i}`, { x: 2, category: "Gods" }));
  const { problems } = readLayout(ownSeats(...seats), { repair: false });
  expect(problems.map(({ kind, count, examples }) => [kind, count, examples.length])).toEqual([
    ["position_outside_plan", 9, 3],
    ["unknown_category", 9, 3],
    ["unused_category", 1, 1],
    ["seat_overlap", 8, 3],
  ]);
});
