// If this failed, a repair would rename blocks into each other, or change what seats people can
// buy.
import { expect, test } from "vitest";
import { type AcceptedLayout, formatLayoutReport, readLayout, seatIdOf } from "./index.ts";
import { ownRow, ownSeat, ownText, pretixRow, pretixSeat, pretixText } from "./samples.ts";

function repaired(text: string): AcceptedLayout {
  const reading = readLayout(text, { repair: true });
  if (!reading.accepted) throw new Error(formatLayoutReport(reading));
  return reading;
}

function outline(reading: AcceptedLayout): string[] {
  return reading.document.sections.map(
    ({ name, rows = [] }) => `${name}: ${rows.map((row) => row.name).join(" ")}`,
  );
}

const row = (label: string) => pretixRow(label, [pretixSeat("1")]);

test("a block ends where a row label would repeat within it", () => {
  const reading = repaired(pretixText(["A", "B", "A", "B", "B", "A", "C"].map(row)));
  expect(outline(reading)).toEqual(["Parquet 1: A B", "Parquet 2: A B", "Parquet 3: B A C"]);
  expect(reading.repairs).toContainEqual({
    kind: "section_split",
    count: 3,
    detail: "Parquet became Parquet 1, Parquet 2, Parquet 3",
  });
});

test("blocks avoid the names of other sections, and those stay as they are", () => {
  const zones = [
    { name: "Parquet", rows: [row("A"), row("A"), row("A")] },
    { name: "Parquet 2", rows: [row("A")] },
  ];
  expect(outline(repaired(pretixText([], { zones })))).toEqual([
    "Parquet 1: A",
    "Parquet 3: A",
    "Parquet 4: A",
    "Parquet 2: A",
  ]);
});

test("an empty row does not split a section", () => {
  const reading = repaired(
    pretixText([row("A"), pretixRow("A", []), pretixRow("B", [pretixSeat("2")])]),
  );
  expect(outline(reading)).toEqual(["Parquet: A B"]);
  expect(reading.problems.map(({ kind }) => kind)).toEqual(["empty_row"]);
});

test("a name that only the repair makes too long refuses the file and says so", () => {
  const zones = [{ name: "P".repeat(100), rows: [row("A"), row("A")] }];
  const reading = readLayout(pretixText([], { zones }), { repair: true });
  expect(reading.accepted).toBe(false);
  expect(reading.problems.map(({ kind }) => kind)).toContain("text_too_long");
  expect(reading.problems.every((problem) => !problem.repaired)).toBe(true);
});

test("a repairable problem does not carry an unrepairable one along", () => {
  const seats = [pretixSeat("1"), pretixSeat("1")];
  const reading = readLayout(pretixText([row("A"), pretixRow("A", seats)]), { repair: true });
  expect(reading.accepted).toBe(false);
  expect(formatLayoutReport(reading)).toContain(
    "Only a change of the file helps: duplicate_number_in_row.",
  );
});

test("only the seats that share a seat_id lose it", () => {
  const [shared, own] = ["a".repeat(64), "b".repeat(64)];
  const seats = [
    ownSeat("1", { seat_id: shared }),
    ownSeat("2", { seat_id: own }),
    ownSeat("3", { seat_id: shared }),
  ];
  const reading = repaired(ownText([ownRow("A", seats)]));
  const kept = reading.document.sections[0]?.rows?.[0]?.seats.map((seat) => seat.seat_id);
  expect(kept).toEqual([undefined, own, undefined]);
  expect(reading.repairs.map(({ kind, count }) => [kind, count])).toEqual([
    ["seat_ids_dropped", 2],
  ]);
});

test("a seat_id that another seat would derive counts as shared", () => {
  const seats = [ownSeat("1"), ownSeat("2", { seat_id: seatIdOf("Parquet", "A", "1") })];
  const reading = repaired(ownText([ownRow("A", seats)]));
  expect(reading.problems.map(({ kind, count }) => [kind, count])).toEqual([
    ["duplicate_seat_id", 1],
  ]);
  expect(reading.document.sections[0]?.rows?.[0]?.seats[1]).not.toHaveProperty("seat_id");
});

test("a sound file is the same with repair and without", () => {
  const text = ownText();
  expect(readLayout(text, { repair: true })).toEqual(readLayout(text, { repair: false }));
});
