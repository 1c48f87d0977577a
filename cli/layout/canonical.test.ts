// If this failed, one layout would have several hashes, and versions, caches and seat identities
// would drift apart.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type AcceptedLayout, formatLayoutReport, readLayout, seatIdOf } from "./index.ts";
import { ownRow, ownSeat, ownText, pretixRow, pretixSeat, pretixText } from "./samples.ts";

function read(text: string, name?: string): AcceptedLayout {
  const reading = readLayout(text, { repair: false, ...(name === undefined ? {} : { name }) });
  if (!reading.accepted) throw new Error(formatLayoutReport(reading));
  return reading;
}

function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== "object" || value === null) return value;
  const reversed = Object.entries(value).reverse();
  return Object.fromEntries(reversed.map(([key, member]) => [key, reverseKeys(member)]));
}

const features = { features: ["wheelchair", "aisle"], seat_id: "0".repeat(64) };

test("the canonical text is fixed: sorted keys, no white space, 8 decimals", () => {
  const seat = ownSeat("1", { x: 0.123456789, y: -0, ...features });
  const { canonicalText, sha256 } = read(ownText([ownRow("Ä", [seat])]));
  expect(canonicalText).toBe(
    '{"categories":[{"color":"#00AAFF","name":"Stalls"}],"format":"lml-layout/1","name":"Small hall",' +
      '"sections":[{"name":"Parquet","rows":[{"name":"Ä","seats":[{"category":"Stalls",' +
      '"features":["wheelchair","aisle"],"number":"1",' +
      `"seat_id":"${"0".repeat(64)}","x":0.12345679,"y":0}]}]}]}`,
  );
  expect(sha256).toBe(createHash("sha256").update(canonicalText, "utf8").digest("hex"));
});

test("key order, white space and a byte order mark do not matter", () => {
  const text = ownText([ownRow("A", [ownSeat("1", features), ownSeat("2")])]);
  const other = `\uFEFF${JSON.stringify(reverseKeys(JSON.parse(text)), undefined, "\t")}\r\n`;
  expect(other).not.toBe(text);
  expect(read(other).sha256).toBe(read(text).sha256);
});

test("the order of seats matters, because it numbers them", () => {
  const seats = [ownSeat("1"), ownSeat("2")];
  const text = ownText([ownRow("A", seats)]);
  expect(read(ownText([ownRow("A", seats.toReversed())])).sha256).not.toBe(read(text).sha256);
});

test("another name makes another layout", () => {
  const reading = read(ownText(), "Large hall");
  expect(reading.document.name).toBe("Large hall");
  expect(reading.sha256).not.toBe(read(ownText()).sha256);
});

test("a pretix plan keeps its shape: both axes are divided by the longer side", () => {
  const seat = pretixSeat("1", { position: { x: 1, y: 2 } });
  const zones = [
    {
      name: "Parquet",
      position: { x: 100, y: 50 },
      rows: [pretixRow("A", [seat], { position: { x: 20, y: 40 } })],
    },
  ];
  const placed = read(pretixText([], { zones })).document.sections[0]?.rows?.[0]?.seats[0];
  expect(placed).toEqual({ number: "1", x: 121 / 400, y: 92 / 400, category: "Stalls" });
});

test("a seat's identity is the hash of section, row and number, kept apart", () => {
  expect(seatIdOf("Ground floor", "A", "1")).toBe(
    "7635c7ccc8d4d336eeca75ad4a45cf1f06d323c1d7bdb8f64348e1d8b1715574",
  );
  expect(seatIdOf("A", "11", "1")).not.toBe(seatIdOf("A", "1", "11"));
});
