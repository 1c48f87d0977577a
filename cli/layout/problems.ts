/** What can be wrong with a layout file. The order is the order of the report. */
export const PROBLEM_KINDS = {
  file_too_large: { severity: "error", meaning: "the file is larger than is read" },
  malformed_json: { severity: "error", meaning: "the file is not JSON" },
  unknown_format: {
    severity: "error",
    meaning: "neither an lml-layout/1 document nor a pretix seating plan",
  },
  invalid_structure: { severity: "error", meaning: "values of the wrong type or shape" },
  missing_plan_size: {
    severity: "error",
    meaning: "without a positive width and height positions have no scale",
  },
  no_seats: { severity: "error", meaning: "the layout has neither a seat nor a standing area" },
  too_many_sections: { severity: "error", meaning: "more sections than a layout may have" },
  too_many_rows: { severity: "error", meaning: "more rows than a layout may have" },
  too_many_seats: { severity: "error", meaning: "more seats than a layout may have" },
  too_many_categories: { severity: "error", meaning: "more categories than a layout may have" },
  missing_name: { severity: "error", meaning: "a layout, section, row or category without a name" },
  missing_seat_number: { severity: "error", meaning: "seats without a number" },
  text_too_long: { severity: "error", meaning: "names or numbers longer than is allowed" },
  unprintable_text: { severity: "error", meaning: "names or numbers with control characters" },
  invalid_color: { severity: "error", meaning: "colors that are not written #rgb or #rrggbb" },
  duplicate_category: { severity: "error", meaning: "categories whose name an earlier one has" },
  duplicate_section: { severity: "error", meaning: "sections whose name an earlier one has" },
  duplicate_number_in_row: {
    severity: "error",
    meaning: "seats whose number an earlier seat of the same row has",
  },
  invalid_capacity: {
    severity: "error",
    meaning: "standing areas whose capacity is not from 1 to 1,000,000",
  },
  area_outside_plan: { severity: "error", meaning: "sections whose area leaves the plan" },
  coordinate_not_a_number: {
    severity: "error",
    meaning: "seats whose position is missing or no number",
  },
  position_outside_plan: { severity: "error", meaning: "seats outside the plan" },
  unknown_category: {
    severity: "error",
    meaning: "seats whose category is missing or not in the list",
  },
  duplicate_seat_guid: {
    severity: "error",
    repairable: true,
    meaning: "seats whose seat_guid an earlier seat has",
  },
  duplicate_seat_id: {
    severity: "error",
    repairable: true,
    meaning: "seats whose seat_id an earlier seat has",
  },
  duplicate_row_in_section: {
    severity: "error",
    repairable: true,
    meaning: "rows whose label an earlier row of the section has",
  },
  duplicate_seat_number: {
    severity: "error",
    repairable: true,
    meaning: "seats whose number an earlier row of the same label has",
  },
  unused_category: { severity: "notice", meaning: "categories without a seat; kept" },
  seat_overlap: {
    severity: "notice",
    meaning: "seats in the place of an earlier seat of the section; kept",
  },
  empty_section: { severity: "notice", meaning: "sections without a seat; left out" },
  empty_row: { severity: "notice", meaning: "rows without a seat; left out" },
  unexpected_key: { severity: "notice", meaning: "keys that a layout does not keep; left out" },
} as const satisfies Record<
  string,
  { severity: "error" | "notice"; repairable?: boolean; meaning: string }
>;

/** The name of a kind of problem: a key of {@link PROBLEM_KINDS}. */
export type ProblemKind = keyof typeof PROBLEM_KINDS;

/**
 * All problems of one kind. An error refuses the file unless it was repaired; a notice never does.
 */
export interface Problem {
  kind: ProblemKind;
  severity: "error" | "notice";
  meaning: string;
  count: number;
  examples: string[];
  repairable: boolean;
  repaired: boolean;
}

const EXAMPLES_MAX = 3;

/** Collects problems by kind: counts all, keeps the first few as examples. */
export class ProblemList {
  readonly #found = new Map<ProblemKind, { count: number; examples: string[] }>();

  /** Records one problem. The example is a function because most are never shown. */
  add(kind: ProblemKind, example: () => string): void {
    const found = this.#of(kind);
    found.count += 1;
    if (found.examples.length < EXAMPLES_MAX) found.examples.push(example());
  }

  /**
   * Records many problems of a kind that has few distinct examples, which are then all worth
   * showing.
   */
  addAll(kind: ProblemKind, count: number, examples: string[]): void {
    const found = this.#of(kind);
    found.count += count;
    found.examples.push(...examples);
  }

  /** The problems in the order of {@link PROBLEM_KINDS}. */
  toArray(): Problem[] {
    const kinds = Object.keys(PROBLEM_KINDS) as ProblemKind[];
    return kinds.flatMap((kind) => {
      const found = this.#found.get(kind);
      if (found === undefined) return [];
      const about: { severity: Problem["severity"]; repairable?: boolean; meaning: string } =
        PROBLEM_KINDS[kind];
      const { severity, meaning, repairable = false } = about;
      return [{ kind, severity, meaning, ...found, repairable, repaired: false }];
    });
  }

  #of(kind: ProblemKind): { count: number; examples: string[] } {
    const found = this.#found.get(kind) ?? { count: 0, examples: [] };
    this.#found.set(kind, found);
    return found;
  }
}
