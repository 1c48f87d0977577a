import { UnexpectedAnswerError, UsageError } from "./errors.ts";

/**
 * Reads an amount in minor units from its text. The API sends 64-bit integers as text; JavaScript
 * counts exactly up to 2^53 - 1. A ticket costs at most 10^11 minor units and a line has at most
 * 10,000 of them (constraints `ticket_category_prices_price_is_bounded` and
 * `booking_items_quantity_is_bounded`), so amounts fit; one that did not is refused, never rounded.
 */
export function parseCents(text: string): number {
  const cents = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(cents)) {
    throw new UnexpectedAnswerError(`This is not an amount that can be counted exactly: ${text}`, {
      code: "ANSWER",
    });
  }
  return cents;
}

/** Writes an amount in minor units as the API takes it. Refuses what is no whole number. */
export function formatCents(cents: number): string {
  if (Number.isSafeInteger(cents)) return String(cents);
  throw new UsageError(`An amount is a whole number of minor units, and ${cents} is not.`, {
    code: "USAGE",
  });
}

/** Amounts that are given, as they are sent. */
export function asText<Amounts extends Readonly<Record<string, number | undefined>>>(
  amounts: Amounts,
): { readonly [Name in keyof Amounts]?: string } {
  const given = Object.entries(amounts).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(given.map(([name, amount]) => [name, formatCents(amount ?? 0)])) as {
    readonly [Name in keyof Amounts]?: string;
  };
}

/**
 * Parses an answer of the API. Every 64-bit integer in it is an amount and is called so
 * (`totalAmountCents`), which a test of the schema proves; these become numbers here.
 */
export function parseAnswer(text: string): unknown {
  return JSON.parse(text, reviveCents);
}

/** Makes a number of an amount, while an answer is parsed. */
export function reviveCents(name: string, value: unknown): unknown {
  return name.endsWith("Cents") && typeof value === "string" ? parseCents(value) : value;
}
