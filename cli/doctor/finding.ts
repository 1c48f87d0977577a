/** What was found about one thing. */
export interface Finding {
  readonly check: string;
  readonly status: "ok" | "warn" | "fail" | "skip";
  /** What is the case. */
  readonly finding: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** All is well. */
export function ok(check: string, finding: string): Finding {
  return { check, status: "ok", finding };
}

/** It works, but not as it should. */
export function warn(check: string, finding: string, advice: string): Finding {
  return { check, status: "warn", finding, advice };
}

/** It does not work, or not safely. */
export function fail(check: string, finding: string, advice: string): Finding {
  return { check, status: "fail", finding, advice };
}

/** It could not be looked at. */
export function skip(check: string, finding: string): Finding {
  return { check, status: "skip", finding };
}
