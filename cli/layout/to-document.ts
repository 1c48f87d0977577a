import {
  LAYOUT_FORMAT,
  type LayoutDocument,
  type LayoutSeat,
  type LayoutSection,
} from "./document.ts";
import type { Draft, DraftCategory, DraftSeat, DraftSection } from "./draft.ts";

/** Turns a draft that passed every check into the document. */
export function toDocument(draft: Draft): LayoutDocument {
  return {
    format: LAYOUT_FORMAT,
    name: present(draft.name),
    categories: draft.categories.map(toCategory),
    sections: draft.sections.map(toSection),
  };
}

function toSection({ name, rows, standing, area }: DraftSection): LayoutSection {
  const rest = { name: present(name), ...(area === undefined ? {} : { area }) };
  if (standing !== undefined) {
    const { capacity, category } = standing;
    return { ...rest, kind: "standing", capacity, category: present(category) };
  }
  return {
    ...rest,
    rows: rows.map((row) => ({ name: present(row.name), seats: row.seats.map(toSeat) })),
  };
}

function toCategory({ name, color }: DraftCategory) {
  return { name: present(name), ...(color === undefined ? {} : { color }) };
}

function toSeat(seat: DraftSeat): LayoutSeat {
  return {
    number: present(seat.number),
    x: present(seat.x),
    y: present(seat.y),
    category: present(seat.category),
    ...(seat.features === undefined ? {} : { features: seat.features }),
    ...(seat.seatId === undefined ? {} : { seat_id: seat.seatId }),
  };
}

function present<T>(value: T | undefined): T {
  if (value === undefined)
    throw new Error("A layout passed its checks although a value is missing.");
  return value;
}
