import { type Draft, type DraftRow, partLabel, sectionLabel } from "../draft.ts";
import type { ProblemList } from "../problems.ts";

/**
 * Reports seats of the same number: within one row, where nobody can tell which is meant, apart
 * from rows that only share their label, where the rows themselves tell the seats apart.
 */
export function checkNumbers(draft: Draft, problems: ProblemList): void {
  for (const [s, section] of draft.sections.entries()) {
    const byLabel = new Map<string, Set<string>>();
    for (const [r, row] of section.rows.entries()) {
      const place = `${sectionLabel(s, section.name)}, ${partLabel("row", r, row.name)}`;
      const earlier = (row.name === undefined ? undefined : byLabel.get(row.name)) ?? new Set();
      checkRowNumbers(row, earlier, place, problems);
      if (row.name !== undefined) byLabel.set(row.name, earlier);
    }
  }
}

/**
 * Checks one row against itself and against earlier rows of its label, whose numbers it then joins.
 */
function checkRowNumbers(
  row: DraftRow,
  earlier: Set<string>,
  place: string,
  problems: ProblemList,
): void {
  const numbers = new Set<string>();
  for (const { number } of row.seats) {
    if (number === undefined) continue;
    const example = () => `${place}, seat ${number}`;
    if (numbers.has(number)) problems.add("duplicate_number_in_row", example);
    else if (earlier.has(number)) problems.add("duplicate_seat_number", example);
    numbers.add(number);
  }
  for (const number of numbers) earlier.add(number);
}
