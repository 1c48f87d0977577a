// If this failed, there would be some layout, not yet thought of, that reading changes or
// repairing damages.
import fc from "fast-check";
import { expect, test } from "vitest";
import { LAYOUT_EXPORTS, type LayoutDocument, readLayout, writeLayout } from "./index.ts";
import { SEAT_FEATURES } from "./document.ts";

const label = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 4 })
  // Graphemes may have many characters, and a number of a seat has at most 20.
  .filter((text) => text.length <= 20)
  .filter((text) => text.trim() !== "" && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text));
const coordinate = fc.double({ min: 0, max: 1, noNaN: true });
const CATEGORIES = ["Stalls", "Circle"];

const seat = fc.record(
  {
    number: label,
    x: coordinate,
    y: coordinate,
    category: fc.constantFrom(...CATEGORIES),
    features: fc.subarray([...SEAT_FEATURES]),
    seat_id: fc
      .array(fc.constantFrom(..."0123456789abcdef"), { minLength: 64, maxLength: 64 })
      .map((digits) => digits.join("")),
  },
  { requiredKeys: ["number", "x", "y", "category"] },
);
const uniqueSeats = fc.uniqueArray(seat, { minLength: 1, maxLength: 4, selector: (s) => s.number });
const row = fc.record({ name: label, seats: uniqueSeats });
const uniqueRows = fc.uniqueArray(row, { minLength: 1, maxLength: 4, selector: (r) => r.name });
const area = fc.record({
  x: fc.double({ min: 0, max: 0.5, noNaN: true }),
  y: fc.double({ min: 0, max: 0.5, noNaN: true }),
  width: fc.double({ min: 0.01, max: 0.49, noNaN: true }),
  height: fc.double({ min: 0.01, max: 0.49, noNaN: true }),
});
const seated = fc.record(
  { name: label, rows: uniqueRows, area },
  { requiredKeys: ["name", "rows"] },
);
const standing = fc.record(
  {
    name: label,
    kind: fc.constant("standing" as const),
    capacity: fc.integer({ min: 1, max: 1_000_000 }),
    category: fc.constantFrom(...CATEGORIES),
    area,
  },
  { requiredKeys: ["name", "kind", "capacity", "category"] },
);
const section = fc.oneof({ arbitrary: seated, weight: 3 }, standing);
const color = fc.constantFrom("#123abc", undefined);
const validDocument = fc.record({
  format: fc.constant("lml-layout/1" as const),
  name: label,
  categories: color.map((chosen) =>
    CATEGORIES.map((name) => (chosen === undefined ? { name } : { name, color: chosen })),
  ),
  sections: fc.uniqueArray(section, { minLength: 1, maxLength: 3, selector: (s) => s.name }),
});

test("a valid document survives being read, written and read again with the same hash", () => {
  fc.assert(
    fc.property(validDocument, fc.boolean(), (document, repair) => {
      const first = readLayout(JSON.stringify(document), { repair });
      if (!first.accepted) throw new Error("A valid document was refused.");
      const second = readLayout(first.canonicalText, { repair: !repair });
      if (!second.accepted) throw new Error("A canonical text was refused.");
      expect(second.sha256).toBe(first.sha256);
      expect(second.canonicalText).toBe(first.canonicalText);
      expect(second.document).toEqual(first.document);
      expect(second.repairs).toEqual([]);
    }),
  );
});

test("what is exported, in every format, is read again with the same hash", () => {
  fc.assert(
    fc.property(validDocument, fc.constantFrom(...LAYOUT_EXPORTS), (document, format) => {
      const first = readLayout(JSON.stringify(document), { repair: false });
      if (!first.accepted) throw new Error("A valid document was refused.");
      const text = writeLayout(first.document, format);
      const again = readLayout(text, { repair: false });
      if (!again.accepted) throw new Error(`The export was refused: ${text}`);
      expect(again.canonicalText).toBe(first.canonicalText);
      expect(again.sha256).toBe(first.sha256);
    }),
  );
});

/** A pretix plan with few labels, numbers and identities, so that nearly everything repeats. */
const offset = fc.record({ x: fc.double({ min: 0, max: 300, noNaN: true }), y: fc.nat(300) });
const dirtySeats = fc.uniqueArray(
  fc.record({
    seat_number: fc.constantFrom("1", "2", "3", "4"),
    seat_guid: fc.constantFrom("g1", "g2", "g3"),
    position: offset,
    category: fc.constantFrom(...CATEGORIES),
    uuid: fc.uuid(),
  }),
  { maxLength: 4, selector: (s) => s.seat_number },
);
const dirtyRow = fc.record({
  row_number: fc.constantFrom("A", "B", "C"),
  position: offset,
  seats: dirtySeats,
});
const dirtyZone = fc.record({
  name: fc.constantFrom("Floor", "Floor 1", "Floor 2", "Box"),
  position: offset,
  rows: fc.array(dirtyRow, { maxLength: 12 }),
});
const dirtyPlan = fc
  .record({
    name: label,
    size: fc.constant({ width: 1000, height: 900 }),
    categories: fc.constant(CATEGORIES.map((name) => ({ name }))),
    zones: fc.uniqueArray(dirtyZone, { minLength: 1, maxLength: 4, selector: (z) => z.name }),
  })
  .filter(({ zones }) => zones.some(({ rows }) => rows.some(({ seats }) => seats.length > 0)));

test("repair never changes the number of seats, row labels, seat numbers or positions", () => {
  fc.assert(
    fc.property(dirtyPlan, (plan) => {
      const reading = readLayout(JSON.stringify(plan), { repair: true });
      if (!reading.accepted) throw new Error("A repairable plan was refused.");
      const wanted = plan.zones.flatMap((zone) =>
        zone.rows.flatMap((r) =>
          r.seats.map((s) => ({
            at: [r.row_number, s.seat_number, s.category],
            x: (zone.position.x + r.position.x + s.position.x) / 1000,
            y: (zone.position.y + r.position.y + s.position.y) / 1000,
          })),
        ),
      );
      const got = seatsOf(reading.document);
      expect(got.map(({ at }) => at)).toEqual(wanted.map(({ at }) => at));
      for (const [i, { x, y }] of got.entries()) {
        expect(Math.abs(x - (wanted[i]?.x ?? 9))).toBeLessThanOrEqual(5.1e-9);
        expect(Math.abs(y - (wanted[i]?.y ?? 9))).toBeLessThanOrEqual(5.1e-9);
      }
    }),
  );
});

test("after a repair, section, row and number identify a seat", () => {
  fc.assert(
    fc.property(dirtyPlan, (plan) => {
      const reading = readLayout(JSON.stringify(plan), { repair: true });
      if (!reading.accepted) throw new Error("A repairable plan was refused.");
      const sections = reading.document.sections.map(({ name }) => name);
      expect(new Set(sections).size).toBe(sections.length);
      const places = reading.document.sections.flatMap(({ name, rows = [] }) =>
        rows.flatMap((r) => r.seats.map((s) => JSON.stringify([name, r.name, s.number]))),
      );
      expect(new Set(places).size).toBe(places.length);
    }),
  );
});

function seatsOf(document: LayoutDocument) {
  return document.sections.flatMap(({ rows = [] }) =>
    rows.flatMap((r) =>
      r.seats.map(({ number, category, x, y }) => ({ at: [r.name, number, category], x, y })),
    ),
  );
}
