import { z } from "zod";
import { flag } from "./fields.ts";
import type { PaymentIntent } from "./types.ts";

/** The parameter that leaves the ways to pay to Stripe. */
export const automaticPaymentMethods = z.strictObject({
  allow_redirects: z.enum(["always", "never"]).optional(),
  enabled: flag,
});

/** How Stripe chooses the ways to pay, which it does unless the seller names them. */
export function automaticMethods(
  given: z.output<typeof automaticPaymentMethods> | undefined,
  namedTypes: readonly string[] | undefined,
): PaymentIntent["automatic_payment_methods"] {
  const enabled = given?.enabled ?? namedTypes === undefined;
  return enabled ? { allow_redirects: given?.allow_redirects ?? "always", enabled } : null;
}
