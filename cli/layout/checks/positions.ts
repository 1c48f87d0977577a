import { type Draft, placedSeats } from "../draft.ts";
import type { ProblemList } from "../problems.ts";

/**
 * Reports seats without a position, outside the plan, or in the place of another seat of their
 * section.
 */
export function checkPositions(draft: Draft, problems: ProblemList): void {
  const taken = new Set<string>();
  for (const { seat, section, place } of placedSeats(draft)) {
    const { x, y } = seat;
    if (x === undefined || y === undefined) {
      problems.add("coordinate_not_a_number", place);
      continue;
    }
    const at = () => `${place()}: at ${x}, ${y}`;
    const within = x >= 0 && y >= 0 && x <= draft.bounds.x && y <= draft.bounds.y;
    if (!within) {
      const { bounds } = draft;
      problems.add(
        "position_outside_plan",
        () => `${at()}; the plan ends at ${bounds.x}, ${bounds.y}`,
      );
    }
    const spot = JSON.stringify([section, x, y]);
    if (taken.has(spot)) problems.add("seat_overlap", at);
    taken.add(spot);
  }
}
