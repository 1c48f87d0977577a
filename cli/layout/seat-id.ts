import { sha256Hex } from "./canonical.ts";

/**
 * The identity of a seat that has no `seat_id` of its own: the SHA-256 of the JSON array of
 * section, row and number. JSON keeps the three apart, so that ("A", "11", "1") and ("A", "1",
 * "11") differ.
 */
export function seatIdOf(section: string, row: string, number: string): string {
  return sha256Hex(JSON.stringify([section, row, number]));
}
