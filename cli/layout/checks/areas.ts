import { type Draft, sectionLabel } from "../draft.ts";
import { LAYOUT_LIMITS } from "../limits.ts";
import type { ProblemList } from "../problems.ts";

/** Reports standing areas without a proper capacity, and sections whose area leaves the plan. */
export function checkAreas(draft: Draft, problems: ProblemList): void {
  for (const [s, { name, standing, area }] of draft.sections.entries()) {
    if (standing !== undefined && !isCapacity(standing.capacity)) {
      problems.add("invalid_capacity", () => `${sectionLabel(s, name)}: ${standing.capacity}`);
    }
    if (area === undefined) continue;
    const { x, y, width, height } = area;
    const isWithin =
      x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1 && y + height <= 1;
    if (!isWithin) {
      problems.add(
        "area_outside_plan",
        () => `${sectionLabel(s, name)}: ${width} by ${height} at ${x}, ${y}`,
      );
    }
  }
}

function isCapacity(capacity: number): boolean {
  return Number.isInteger(capacity) && capacity >= 1 && capacity <= LAYOUT_LIMITS.sectionCapacity;
}
