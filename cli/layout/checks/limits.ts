import { countDraft, type Draft } from "../draft.ts";
import { LAYOUT_LIMITS } from "../limits.ts";
import type { ProblemList } from "../problems.ts";

/** Refuses a layout that is empty or larger than is allowed. */
export function checkLimits(draft: Draft, problems: ProblemList): void {
  const counts = countDraft(draft);
  for (const part of ["sections", "rows", "seats", "categories"] as const) {
    if (counts[part] <= LAYOUT_LIMITS[part]) continue;
    problems.add(
      `too_many_${part}`,
      () => `${counts[part]} ${part}; ${LAYOUT_LIMITS[part]} are allowed`,
    );
  }
  if (counts.seats === 0 && counts.places === 0) {
    problems.add("no_seats", () => "no section has a row with a seat, or is a standing area");
  }
}
