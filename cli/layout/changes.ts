/** Something that was done to a layout between the file and the document. */
export interface LayoutChange {
  kind:
    | "section_split"
    | "identities_derived"
    | "seat_ids_dropped"
    | "positions_rounded"
    | "extra_keys_dropped"
    | "empty_rows_dropped"
    | "empty_sections_dropped";
  count: number;
  detail: string;
}

/** A draft after a step, with what the step did. */
export interface Changed<T> {
  draft: T;
  changes: LayoutChange[];
}
