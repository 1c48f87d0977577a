import {
  canonicalText,
  type LayoutDocument,
  type LayoutRow,
  type LayoutSeat,
  roundCoordinate,
  type SeatFeature,
} from "../layout/index.ts";

/** The seating plan of the demo's theatre: 300 seats on curved rows, two sections, three categories. */
function playhouseLayout(): LayoutDocument {
  return {
    format: "lml-layout/1",
    name: "Riverside Playhouse",
    categories: [
      { name: "Premium", color: "#B3261E" },
      { name: "Standard", color: "#1B6EC2" },
      { name: "Saver", color: "#2E7D32" },
    ],
    sections: [
      { name: "Stalls", rows: stallsRows() },
      { name: "Balcony", rows: balconyRows() },
    ],
  };
}

/** The one text of the plan, whose hash identifies it. */
export function playhouseText(): string {
  return canonicalText(playhouseLayout());
}

const letters = [..."ABCDEFGHJKLMNP"];

// Rows are arcs around a point behind the stage, which is at the top edge of the plan.
const center = { x: 0.5, y: -0.45 };

function stallsRows(): LayoutRow[] {
  const sizes = [14, 14, 16, 16, 18, 18, 20, 20, 22, 22, 16];
  return sizes.map((size, index) => {
    const category = index < 4 ? "Premium" : index < 9 ? "Standard" : "Saver";
    // The last row has room for wheelchairs: fewer seats, further apart.
    const last = index === sizes.length - 1;
    return {
      name: letters[index] ?? "",
      seats: arc({
        size,
        radius: 0.62 + index * 0.046,
        step: last ? 0.052 : 0.038,
        aisleWidth: 0.05,
        category,
        features: last ? wheelchairPlaces(size) : () => [],
      }),
    };
  });
}

function balconyRows(): LayoutRow[] {
  const sizes = [26, 26, 26, 26];
  return sizes.map((size, index) => ({
    name: `A${letters[index] ?? ""}`,
    seats: arc({
      size,
      radius: 1.2 + index * 0.048,
      step: 0.034,
      aisleWidth: 0.04,
      category: index === 0 ? "Standard" : "Saver",
      // From the ends of the last rows, the balcony's rail hides a corner of the stage.
      features: (at) => (index >= 2 && (at < 2 || at >= size - 2) ? ["obstructed_view"] : []),
    }),
  }));
}

/** Pairs of a wheelchair place and its companion's seat, at both ends of a row. */
function wheelchairPlaces(size: number): (at: number) => SeatFeature[] {
  return (at) => {
    const fromEnd = Math.min(at, size - 1 - at);
    if (fromEnd >= 4) return [];
    return [fromEnd % 2 === 0 ? "wheelchair" : "companion"];
  };
}

interface Arc {
  readonly size: number;
  readonly radius: number;
  /** Between two seats, along the arc. */
  readonly step: number;
  readonly aisleWidth: number;
  readonly category: string;
  readonly features: (at: number) => SeatFeature[];
}

function arc({ size, radius, step, aisleWidth, category, features }: Arc): LayoutSeat[] {
  return Array.from({ length: size }, (_, at) => {
    const beforeAisle = at < size / 2;
    const along = (at - (size - 1) / 2) * step + (beforeAisle ? -aisleWidth : aisleWidth) / 2;
    const angle = along / radius;
    const besideAisle = at === size / 2 - 1 || at === size / 2;
    const all: SeatFeature[] = [...features(at), ...(besideAisle ? (["aisle"] as const) : [])];
    return {
      number: String(at + 1),
      x: roundCoordinate(center.x + radius * Math.sin(angle)),
      y: roundCoordinate(center.y + radius * Math.cos(angle)),
      category,
      ...(all.length === 0 ? {} : { features: all }),
    };
  });
}
