import { type Draft, partLabel, sectionLabel, placedSeats } from "../draft.ts";
import { LAYOUT_LIMITS } from "../limits.ts";
import type { ProblemList } from "../problems.ts";

/**
 * Control characters and lone surrogates, which PostgreSQL or a terminal would not take, and line
 * separators.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const COLOR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

/**
 * Reports names and numbers that are missing, too long or unprintable, and colors that are none.
 */
export function checkTexts(draft: Draft, problems: ProblemList): void {
  const check = textChecker(problems);
  check("missing_name", draft.name, LAYOUT_LIMITS.layoutNameCharacters, () => "the layout");
  for (const [i, { name, color }] of draft.categories.entries()) {
    const place = () => partLabel("category", i, name);
    check("missing_name", name, LAYOUT_LIMITS.categoryNameCharacters, place);
    if (color !== undefined && !COLOR.test(color)) {
      problems.add("invalid_color", () => `${place()}: ${color}`);
    }
  }
  for (const [s, section] of draft.sections.entries()) {
    const place = () => sectionLabel(s, section.name);
    check("missing_name", section.name, LAYOUT_LIMITS.sectionNameCharacters, place);
    if (section.standing?.category !== undefined) {
      const { category } = section.standing;
      check("missing_name", category, LAYOUT_LIMITS.categoryNameCharacters, place);
    }
    for (const [r, row] of section.rows.entries()) {
      const rowPlace = () => `${place()}, ${partLabel("row", r, row.name)}`;
      check("missing_name", row.name, LAYOUT_LIMITS.rowNameCharacters, rowPlace);
    }
  }
  for (const { seat, place } of placedSeats(draft)) {
    check("missing_seat_number", seat.number, LAYOUT_LIMITS.seatNumberCharacters, place);
  }
}

function textChecker(problems: ProblemList) {
  return (
    missing: "missing_name" | "missing_seat_number",
    text: string | undefined,
    limit: number,
    place: () => string,
  ): void => {
    if (text === undefined) return problems.add(missing, place);
    if (text.length > limit) {
      problems.add("text_too_long", () => `${place()}: ${text.length} characters, limit ${limit}`);
    }
    if (UNPRINTABLE.test(text)) problems.add("unprintable_text", place);
  };
}
