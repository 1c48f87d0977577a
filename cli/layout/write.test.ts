// If these tests failed, a layout that was exported could not be imported again, or would be another one.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type AcceptedLayout, formatLayoutReport, readLayout, writeLayout } from "./index.ts";
import { ownRow, ownSeat, ownText } from "./samples.ts";

const stadium = new URL("../../../shared/data/seatmap-canvas_stadium.json", import.meta.url);

function read(text: string, repair = false): AcceptedLayout {
  const reading = readLayout(text, { repair });
  if (!reading.accepted) throw new Error(formatLayoutReport(reading));
  return reading;
}

const mixed = read(
  ownText([], {
    categories: [{ name: "Stalls" }, { name: "Pit", color: "#fff" }],
    sections: [
      { name: "Pit", kind: "standing", capacity: 300, category: "Pit" },
      {
        name: "Stand",
        area: { x: 0, y: 0.5, width: 1, height: 0.5 },
        rows: [
          ownRow("A", [
            ownSeat("1", { features: ["wheelchair", "aisle"] }),
            ownSeat("2", { seat_id: "a".repeat(64), features: [] }),
            ownSeat("3", { x: 0.12345678 }),
          ]),
        ],
      },
    ],
  }),
);

test("seats and standing places are counted", () => {
  expect(mixed.counts).toEqual({ sections: 2, rows: 1, seats: 3, places: 300, categories: 2 });
  expect(formatLayoutReport(mixed)).toContain("3 seats, 300 standing places");
});

test("an export in our own format is the text that is hashed", () => {
  expect(writeLayout(mixed.document, "lml")).toBe(mixed.canonicalText);
});

test("a pretix plan has zones and positions as pretix reads them", () => {
  const plan = JSON.parse(writeLayout(mixed.document, "pretix"));
  expect(plan.size).toEqual({ width: 1000, height: 1000 });
  expect(plan.zones[1].rows[0].seats[2]).toMatchObject({
    seat_number: "3",
    position: { x: 123.45678, y: 500 },
    category: "Stalls",
  });
  const guids: string[] = plan.zones[1].rows[0].seats.map(
    ({ seat_guid: guid }: { seat_guid: string }) => guid,
  );
  expect(new Set(guids).size).toBe(3);
});

test("nothing of a plan is lost on the way through pretix's format", () => {
  const again = read(writeLayout(mixed.document, "pretix"));
  expect(again.document).toEqual(mixed.document);
  expect(again.sha256).toBe(mixed.sha256);
  expect(again.problems).toEqual([]);
});

test.skipIf(!existsSync(stadium))("a real plan survives both ways", () => {
  const plan = read(readFileSync(stadium, "utf8"), true);
  for (const format of ["lml", "pretix"] as const) {
    expect(read(writeLayout(plan.document, format)).sha256).toBe(plan.sha256);
  }
});
