// If this failed, a real seating plan as other systems export it would be refused without a
// reason, or imported wrongly.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type AcceptedLayout, formatLayoutReport, readLayout, seatIdOf } from "./index.ts";

const FILE = new URL("../../../shared/data/seatmap-canvas_stadium.json", import.meta.url);

interface Offset {
  position: { x: number; y: number };
}
interface Stadium {
  zones: (Offset & {
    name: string;
    rows: (Offset & { row_number: string; seats: (Offset & { seat_number: string })[] })[];
  })[];
}

function accepted(text: string, repair: boolean): AcceptedLayout {
  const reading = readLayout(text, { repair });
  if (!reading.accepted) throw new Error(formatLayoutReport(reading));
  return reading;
}

describe.skipIf(!existsSync(FILE))("the stadium plan", () => {
  const text = existsSync(FILE) ? readFileSync(FILE, "utf8") : "";

  test("is refused without repair, with every kind of problem named and counted", () => {
    const reading = readLayout(text, { repair: false });
    expect(reading.accepted).toBe(false);
    expect(reading.counts).toEqual({ sections: 2, rows: 90, seats: 738, places: 0, categories: 5 });
    expect(reading.problems.map(({ kind, count }) => [kind, count])).toEqual([
      ["duplicate_seat_guid", 420],
      ["duplicate_row_in_section", 60],
      ["duplicate_seat_number", 420],
      ["unused_category", 1],
      ["unexpected_key", 966],
    ]);
    const report = formatLayoutReport(reading);
    for (const { kind, count } of reading.problems) {
      expect(report).toMatch(new RegExp(`^  ${kind} +${count}  `, "m"));
    }
    expect(report).toContain("run again with --repair");
  });

  test("is accepted with repair, and the report says what was done", () => {
    const reading = accepted(text, true);
    expect(reading.counts).toEqual({
      sections: 10,
      rows: 90,
      seats: 738,
      places: 0,
      categories: 5,
    });
    expect(reading.repairs.map(({ kind, count }) => [kind, count])).toEqual([
      ["section_split", 8],
      ["section_split", 2],
      ["identities_derived", 738],
      ["extra_keys_dropped", 966],
      ["positions_rounded", 738],
    ]);
    const report = formatLayoutReport(reading);
    for (const { kind, count } of reading.repairs) {
      expect(report).toMatch(new RegExp(`^  ${kind} +${count}  `, "m"));
    }
    expect(reading.document.sections.map(({ name }) => name)).toEqual([
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((number) => `Ground floor ${number}`),
      "First Floor 1",
      "First Floor 2",
    ]);
  });

  test("keeps row labels, seat numbers and positions as they stand in the file", () => {
    const plan = JSON.parse(text) as Stadium;
    const wanted = plan.zones.flatMap((zone) =>
      zone.rows.flatMap((row) =>
        row.seats.map((seat) => ({
          row: row.row_number,
          number: seat.seat_number,
          x: (zone.position.x + row.position.x + seat.position.x) / 2000,
          y: (zone.position.y + row.position.y + seat.position.y) / 2000,
        })),
      ),
    );
    const got = accepted(text, true).document.sections.flatMap(({ rows = [] }) =>
      rows.flatMap((row) => row.seats.map((seat) => ({ row: row.name, ...seat }))),
    );
    expect(got.map(({ row, number }) => [row, number])).toEqual(
      wanted.map(({ row, number }) => [row, number]),
    );
    for (const [i, seat] of got.entries()) {
      expect(seat.x).toBeCloseTo(wanted[i]?.x ?? Number.NaN, 8);
      expect(seat.y).toBeCloseTo(wanted[i]?.y ?? Number.NaN, 8);
    }
  });

  test("gives every seat an identity of its own", () => {
    const ids = accepted(text, true).document.sections.flatMap((section) =>
      (section.rows ?? []).flatMap((row) =>
        row.seats.map((seat) => seatIdOf(section.name, row.name, seat.number)),
      ),
    );
    expect(new Set(ids).size).toBe(738);
  });

  test("is a clean layout afterwards, identified by the hash of its text", () => {
    const first = accepted(text, true);
    expect(createHash("sha256").update(first.canonicalText).digest("hex")).toBe(first.sha256);
    const again = accepted(first.canonicalText, false);
    expect(again.sha256).toBe(first.sha256);
    expect(again.repairs).toEqual([]);
    expect(again.problems.map(({ kind }) => kind)).toEqual(["unused_category"]);
  });
});
