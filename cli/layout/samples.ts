type Json = Record<string, unknown>;

/** A seat of our own format, for tests; the second argument overrides or adds members. */
export function ownSeat(number: string, members: Json = {}): Json {
  return { number, x: Number(number) / 100, y: 0.5, category: "Stalls", ...members };
}

/** A row of our own format, for tests. */
export function ownRow(name: string, seats: Json[]): Json {
  return { name, seats };
}

/** The text of a document of our own format, for tests; by default a valid one of two seats. */
export function ownText(
  rows = [ownRow("A", [ownSeat("1"), ownSeat("2")])],
  members: Json = {},
): string {
  return JSON.stringify({
    format: "lml-layout/1",
    name: "Small hall",
    categories: [{ name: "Stalls", color: "#00AAFF" }],
    sections: [{ name: "Parquet", rows }],
    ...members,
  });
}

/** A seat of a pretix plan, for tests. */
export function pretixSeat(number: string, members: Json = {}): Json {
  const position = { x: 10 * Number(number), y: 0 };
  return { seat_number: number, position, category: "Stalls", ...members };
}

/** A row of a pretix plan, for tests. */
export function pretixRow(label: string, seats: Json[], members: Json = {}): Json {
  return { row_number: label, position: { x: 0, y: 0 }, seats, ...members };
}

/** The text of a pretix plan, for tests: one zone, 400 wide and 200 high. */
export function pretixText(rows: Json[], members: Json = {}): string {
  return JSON.stringify({
    name: "Small hall",
    categories: [{ name: "Stalls", color: "#00AAFF" }],
    zones: [{ name: "Parquet", position: { x: 0, y: 0 }, rows }],
    size: { width: 400, height: 200 },
    ...members,
  });
}
