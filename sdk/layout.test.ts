// If this failed, a buyer would hold another seat than the one they see on the plan.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { canonicalText as serverText, seatIdOf } from "../cli/layout/index.ts";
import { canonicalText, type LayoutDocument, UnexpectedAnswerError } from "./index.ts";
import { openLayout } from "./layout.ts";

const document: LayoutDocument = {
  format: "lml-layout/1",
  name: 'Kleines "Haus"',
  categories: [{ name: "Stalls", color: "#F44336" }],
  sections: [
    {
      name: "Parkett links",
      rows: [
        {
          name: "Ä",
          seats: [
            { number: "1", x: 0.1, y: 0.123456789, category: "Stalls", features: ["aisle"] },
            { number: "2", x: 0.2, y: -0, category: "Stalls", seat_id: "f".repeat(64) },
          ],
        },
        { name: "B\u2028", seats: [{ number: "1", x: 1e-9, y: 1, category: "Stalls" }] },
      ],
    },
  ],
};

function hash(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

function answer(text: string) {
  return { status: 200, text, requestId: null };
}

describe("a layout", () => {
  test("has the text that the importer of the server gives it", () => {
    const { sections } = document;
    // The importer's type names the features; the text is what matters here.
    const same = { ...document, sections } as Parameters<typeof serverText>[0];
    expect(canonicalText(document)).toBe(serverText(same));
    expect(canonicalText(JSON.parse(canonicalText(document)))).toBe(canonicalText(document));
  });

  test("opens into seats in the document's order, with the ids by which they are held", async () => {
    const text = canonicalText(document);
    const layout = await openLayout(answer(text), hash(text));
    expect(layout.seats.map(({ seatNo, id }) => [seatNo, id])).toEqual([
      [1, seatIdOf("Parkett links", "Ä", "1")],
      [2, "f".repeat(64)],
      [3, seatIdOf("Parkett links", "B\u2028", "1")],
    ]);
    expect(layout.seats[0]).toEqual({
      id: seatIdOf("Parkett links", "Ä", "1"),
      seatNo: 1,
      section: "Parkett links",
      row: "Ä",
      number: "1",
      x: 0.1,
      y: 0.12345679,
      seatCategory: "Stalls",
      features: ["aisle"],
    });
  });

  test("is refused when its bytes are not those of its hash", async () => {
    const text = canonicalText(document);
    const changed = text.replace("0.1", "0.9");
    await expect(openLayout(answer(changed), hash(text))).rejects.toThrow(UnexpectedAnswerError);
  });

  test.each(["[]", '{"format":"lml-layout/2"}', '{"format":"lml-layout/1","name":"X"}', "{"])(
    "is refused when it is %s",
    async (text) => {
      await expect(openLayout(answer(text), hash(text))).rejects.toThrow(UnexpectedAnswerError);
    },
  );
});
