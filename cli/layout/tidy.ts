import type { Changed, LayoutChange } from "./changes.ts";
import { type Draft, partLabel, sectionLabel } from "./draft.ts";
import type { ProblemList } from "./problems.ts";

/**
 * What is done to every layout, repaired or not, because nothing that can be sold changes by it:
 * rows and sections without a seat are left out (pretix plans draw a stage as an empty zone), keys
 * that a layout does not keep are left out, positions are rounded. Each is a notice or a change in
 * the report, so that nothing disappears unsaid.
 */
export function tidyDraft(draft: Draft, problems: ProblemList): Changed<Draft> {
  const emptyRows = noteEmptyRows(draft, problems);
  const emptySections = noteEmptySections(draft, problems);
  const extraKeys = noteExtraKeys(draft, problems);
  const sections = draft.sections
    .map((section) => ({ ...section, rows: section.rows.filter((row) => row.seats.length > 0) }))
    .filter((section) => section.rows.length > 0 || section.standing !== undefined);
  const changes: LayoutChange[] = [
    { kind: "empty_sections_dropped", count: emptySections, detail: "sections without a seat" },
    { kind: "empty_rows_dropped", count: emptyRows, detail: "rows without a seat" },
    { kind: "extra_keys_dropped", count: extraKeys, detail: "keys that a layout does not keep" },
    {
      kind: "positions_rounded",
      count: draft.roundedSeats,
      detail: "seats whose position has more than 8 decimals",
    },
  ];
  return { draft: { ...draft, sections }, changes: changes.filter(({ count }) => count > 0) };
}

function noteEmptyRows(draft: Draft, problems: ProblemList): number {
  let count = 0;
  for (const [s, section] of draft.sections.entries()) {
    for (const [r, row] of section.rows.entries()) {
      if (row.seats.length > 0) continue;
      count += 1;
      const place = () => `${sectionLabel(s, section.name)}, ${partLabel("row", r, row.name)}`;
      problems.add("empty_row", place);
    }
  }
  return count;
}

function noteEmptySections(draft: Draft, problems: ProblemList): number {
  let count = 0;
  for (const [s, section] of draft.sections.entries()) {
    if (section.standing !== undefined) continue;
    if (section.rows.some((row) => row.seats.length > 0)) continue;
    count += 1;
    problems.add("empty_section", () => sectionLabel(s, section.name));
  }
  return count;
}

const EXTRA_KEYS_SHOWN = 20;

function noteExtraKeys(draft: Draft, problems: ProblemList): number {
  const keys = [...draft.extraKeys];
  if (keys.length === 0) return 0;
  const count = keys.reduce((sum, [, times]) => sum + times, 0);
  const shown = keys.slice(0, EXTRA_KEYS_SHOWN).map(([key, times]) => `${key} (${times})`);
  problems.addAll("unexpected_key", count, shown);
  return count;
}
