import type { Draft } from "../draft.ts";
import { repeatedGuids, sharedSeatIds } from "../identities.ts";
import type { ProblemList } from "../problems.ts";

/** Reports identities that more than one seat has. */
export function checkIdentities(draft: Draft, problems: ProblemList): void {
  for (const { seat, place } of repeatedGuids(draft)) {
    problems.add("duplicate_seat_guid", () => `${place()}: ${seat.guid}`);
  }
  for (const { place } of sharedSeatIds(draft).flatMap((group) => group.slice(1))) {
    problems.add("duplicate_seat_id", place);
  }
}
