/** Counts the keys of a file that a layout does not keep, by where they stand ("seat.radius"). */
export class ExtraKeys {
  readonly counts = new Map<string, number>();

  /** Notes the keys of one object that are not among the known ones. */
  note(level: string, object: object, known: object): void {
    for (const key of Object.keys(object)) {
      if (Object.hasOwn(known, key)) continue;
      const name = level === "" ? key : `${level}.${key}`;
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    }
  }
}
