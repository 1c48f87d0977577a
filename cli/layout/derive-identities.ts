import type { Changed } from "./changes.ts";
import { countDraft, type Draft, type DraftSeat } from "./draft.ts";
import { repeatedGuids, sharedSeatIds } from "./identities.ts";

/**
 * Makes identities unique where the file repeats them. Nobody can say which of several seats an
 * identity meant, so none of them keeps it: their identities follow from section, row and number,
 * as everywhere without a `seat_id`.
 */
export function deriveIdentities(draft: Draft): Changed<Draft> {
  const withoutGuids =
    repeatedGuids(draft).next().done === true ? unchanged(draft) : dropGuids(draft);
  const withoutShared = dropSharedIds(withoutGuids.draft);
  return {
    draft: withoutShared.draft,
    changes: [...withoutGuids.changes, ...withoutShared.changes],
  };
}

function dropGuids(draft: Draft): Changed<Draft> {
  const count = countDraft(draft).seats;
  const detail = "seats are identified by section, row and number, not by seat_guid";
  return {
    draft: mapSeats(draft, (seat) => ({ ...seat, guid: undefined })),
    changes: [{ kind: "identities_derived", count, detail }],
  };
}

function dropSharedIds(draft: Draft): Changed<Draft> {
  const sharing = new Set(sharedSeatIds(draft).flatMap((group) => group.map(({ seat }) => seat)));
  const count = [...sharing].filter((seat) => seat.seatId !== undefined).length;
  if (count === 0) return unchanged(draft);
  const detail = "seats that shared a seat_id are identified by section, row and number";
  return {
    draft: mapSeats(draft, (seat) => (sharing.has(seat) ? { ...seat, seatId: undefined } : seat)),
    changes: [{ kind: "seat_ids_dropped", count, detail }],
  };
}

function unchanged(draft: Draft): Changed<Draft> {
  return { draft, changes: [] };
}

function mapSeats(draft: Draft, change: (seat: DraftSeat) => DraftSeat): Draft {
  const sections = draft.sections.map((section) => ({
    ...section,
    rows: section.rows.map((row) => ({ ...row, seats: row.seats.map(change) })),
  }));
  return { ...draft, sections };
}
