const shownMax = 5;

/** The first few of many problems, and how many there are besides. */
export function some(problems: readonly string[]): string {
  const more = problems.length > shownMax ? [`${problems.length - shownMax} more`] : [];
  return [...problems.slice(0, shownMax), ...more].join("; ");
}
