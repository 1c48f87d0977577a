/**
 * The largest layout that is read. A file comes from outside, so everything in it has a limit; the
 * numbers are far above the largest real venues and far below what would trouble the database.
 */
export const LAYOUT_LIMITS = {
  fileCharacters: 128 * 1024 * 1024,
  seats: 200_000,
  rows: 20_000,
  sections: 1_000,
  sectionCapacity: 1_000_000,
  categories: 200,
  layoutNameCharacters: 200,
  sectionNameCharacters: 100,
  categoryNameCharacters: 100,
  rowNameCharacters: 50,
  seatNumberCharacters: 20,
} as const;
