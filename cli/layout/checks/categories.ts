import { type Draft, placedSeats, sectionLabel } from "../draft.ts";
import type { ProblemList } from "../problems.ts";

/** Reports categories that are listed twice, used but not listed, or listed but not used. */
export function checkCategories(draft: Draft, problems: ProblemList): void {
  const unused = new Set<string>();
  for (const { name } of draft.categories) {
    if (name === undefined) continue;
    if (unused.has(name)) problems.add("duplicate_category", () => name);
    unused.add(name);
  }
  const known = new Set(unused);
  for (const { seat, place } of placedSeats(draft)) {
    if (seat.category !== undefined) unused.delete(seat.category);
    if (seat.category !== undefined && known.has(seat.category)) continue;
    problems.add("unknown_category", () => `${place()}: ${seat.category ?? "no category"}`);
  }
  for (const [s, { name, standing }] of draft.sections.entries()) {
    if (standing === undefined) continue;
    if (standing.category !== undefined) unused.delete(standing.category);
    if (standing.category !== undefined && known.has(standing.category)) continue;
    problems.add(
      "unknown_category",
      () => `${sectionLabel(s, name)}: ${standing.category ?? "no category"}`,
    );
  }
  for (const name of unused) problems.add("unused_category", () => name);
}
