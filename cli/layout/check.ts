import { checkAreas } from "./checks/areas.ts";
import { checkCategories } from "./checks/categories.ts";
import { checkIdentities } from "./checks/identities.ts";
import { checkLimits } from "./checks/limits.ts";
import { checkNumbers } from "./checks/numbers.ts";
import { checkPositions } from "./checks/positions.ts";
import { checkRows } from "./checks/rows.ts";
import { checkTexts } from "./checks/texts.ts";
import type { Draft } from "./draft.ts";
import { ProblemList } from "./problems.ts";

const CHECKS = [
  checkLimits,
  checkTexts,
  checkCategories,
  checkRows,
  checkNumbers,
  checkPositions,
  checkIdentities,
  checkAreas,
];

/**
 * The one validator: every check over a draft, whichever format it came from and whether it was
 * repaired or not.
 */
export function checkDraft(draft: Draft): ProblemList {
  const problems = new ProblemList();
  for (const check of CHECKS) check(draft, problems);
  return problems;
}
