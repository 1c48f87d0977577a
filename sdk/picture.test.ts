// If this failed, a picture of a hall would show other seats than there are, or run what a plan's author wrote in it.
import { describe, expect, test } from "vitest";
import { drawPlan, type LayoutDocument } from "./index.ts";

const plan: LayoutDocument = {
  format: "lml-layout/1",
  name: `Club "<b>" & Söhne`,
  categories: [{ name: "Stalls", color: "#F44336" }],
  sections: [
    {
      name: "Floor",
      kind: "standing",
      capacity: 250,
      category: "Floor",
      area: { x: 0, y: 0, width: 1, height: 0.25 },
    },
    {
      name: "Left",
      rows: [
        {
          name: "A",
          seats: [
            { number: "1", x: 0.2, y: 0.5, category: "Stalls" },
            { number: "2", x: 0.3, y: 0.5, category: "Stalls", features: ["wheelchair"] },
            { number: "3", x: 0.4, y: 0.5, category: `"><script>alert(1)</script>` },
          ],
        },
      ],
    },
  ],
};

function titles(svg: string): string[] {
  return [...svg.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title]) => title ?? "");
}

describe("a plan is drawn", () => {
  test("with every seat where it is, in the color of its category", () => {
    const svg = drawPlan(plan);
    // The plan is 1000 wide, from its left edge; seats are 100 apart.
    expect(svg).toContain(
      '<circle cx="200" cy="500" r="15" fill="#F44336"><title>Left, row A, seat 1, Stalls</title></circle>',
    );
    expect(svg).toContain('<rect x="285" y="485" width="30" height="30" fill="#F44336">');
    expect(titles(svg)).toHaveLength(1 + 3);
  });

  test("with what can be had, what is taken and what is not sold", () => {
    const svg = drawPlan(plan, ["available", "booked", "blocked"]);
    expect(titles(svg).slice(1)).toEqual([
      "Left, row A, seat 1, available",
      "Left, row A, seat 2, booked",
      "Left, row A, seat 3, blocked",
    ]);
    expect(svg).toContain('<rect x="285" y="485" width="30" height="30" fill="#c8c8c8">');
    expect(svg).toContain('<circle cx="400" cy="500" r="15" fill="none" stroke="#c8c8c8">');
    expect(svg).toContain(">not for sale</text>");
  });

  test("with standing areas as large as they are", () => {
    expect(drawPlan(plan)).toMatch(
      /<rect x="0" y="0" width="1000" height="250" rx="6" fill="#[0-9a-f]{6}" fill-opacity="0.25"\/>/,
    );
    expect(drawPlan(plan)).toContain(">Floor, 250 standing</text>");
  });

  test("with names as text, whatever is in them", () => {
    const svg = drawPlan(plan);
    expect(svg).not.toContain("<script");
    expect(svg).not.toContain("<b>");
    expect(svg).toContain("<title>Club &quot;&lt;b&gt;&quot; &amp; Söhne</title>");
    const bell = drawPlan({ ...plan, name: "a\u0007b", categories: [{ name: "x", color: '"/>' }] });
    expect(bell).toContain("<title>a b</title>");
    expect(bell).toContain('fill="&quot;/&gt;"');
  });

  test("when there is nothing in it, and when there are 50,000 seats", () => {
    expect(drawPlan({ ...plan, sections: [] })).toMatch(/^<svg .*<\/svg>\n$/s);
    const seats = Array.from({ length: 50_000 }, (_, index) => ({
      number: String(index),
      x: (index % 250) / 250,
      y: Math.floor(index / 250) / 200,
      category: "Stalls",
    }));
    const hall = { ...plan, sections: [{ name: "Hall", rows: [{ name: "A", seats }] }] };
    expect(titles(drawPlan(hall))).toHaveLength(50_001);
  });
});
