/** A number that we publish, and what it should be. */
export interface Figure {
  readonly figure: string;
  readonly value: number;
  /** `ratio`, `count`, `bytes`, `kB` or `MB`. */
  readonly unit: string;
  readonly goal: number;
  readonly met: boolean;
}

/** Whether more is better, or less. */
export type Direction = "at least" | "at most";

/** Compares a value with its goal. Values are rounded as they are printed, so that both always agree. */
export function figure(
  name: string,
  value: number,
  unit: string,
  direction: Direction,
  goal: number,
): Figure {
  const rounded = Math.round(value * 100) / 100;
  const met = direction === "at least" ? rounded >= goal : rounded <= goal;
  return { figure: name, value: rounded, unit, goal, met };
}
