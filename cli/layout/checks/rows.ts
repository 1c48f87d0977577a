import { type Draft, sectionLabel } from "../draft.ts";
import type { ProblemList } from "../problems.ts";

/** Reports sections of the same name, and rows of the same label within a section. */
export function checkRows(draft: Draft, problems: ProblemList): void {
  const sections = new Set<string>();
  for (const [s, { name, rows }] of draft.sections.entries()) {
    if (name !== undefined && sections.has(name)) problems.add("duplicate_section", () => name);
    if (name !== undefined) sections.add(name);
    const labels = new Set<string>();
    for (const { name: label } of rows) {
      if (label === undefined) continue;
      if (labels.has(label)) {
        problems.add("duplicate_row_in_section", () => `${sectionLabel(s, name)}, row ${label}`);
      }
      labels.add(label);
    }
  }
}
