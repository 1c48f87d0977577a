import { randomInt } from "node:crypto";
import type pg from "pg";
import { randomToken } from "./theatre.ts";

const alphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

/** A booking reference, made where the hand-written side makes it: in the program. */
export function randomReference(): string {
  const letters = Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]);
  return `LML-${letters.join("")}`;
}

/** How programs use the product's own functions. */
export const app = {
  /** Makes a connection a guest's for good, as the server does for one request. */
  async becomeGuest(client: pg.Client, cartToken: string): Promise<void> {
    await client.query("set role lml_anonymous");
    await client.query("select set_config('lml.cart_token', $1, false)", [cartToken]);
  },

  /** Holds seats for the cart of another guest, as most holds are. */
  async hold(client: pg.Client, performanceId: string, seatIds: readonly string[]): Promise<void> {
    await client.query({
      name: "hold",
      text: `select (app_public.hold_seats($1, $2)).id
        from set_config('lml.cart_token', $3, true)`,
      values: [performanceId, seatIds, randomToken()],
    });
  },

  /** Holds the best seats of a category for another guest. */
  async holdBest(
    client: pg.Client,
    performanceId: string,
    ticketCategoryId: string,
    quantity: number,
  ): Promise<void> {
    await client.query({
      name: "hold-best",
      text: `select (app_public.hold_best_available($1, $2, $3)).id
        from set_config('lml.cart_token', $4, true)`,
      values: [performanceId, ticketCategoryId, quantity, randomToken()],
    });
  },

  /** Holds admissions for another guest. */
  async holdAdmissions(
    client: pg.Client,
    performanceId: string,
    ticketCategoryId: string,
    quantity: number,
  ): Promise<void> {
    await client.query({
      name: "hold-admissions",
      text: `select (app_public.hold_admissions($1, $2, $3)).id
        from set_config('lml.cart_token', $4, true)`,
      values: [performanceId, ticketCategoryId, quantity, randomToken()],
    });
  },
};
