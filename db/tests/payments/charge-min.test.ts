// If this fails, a cart is checked out that no card can pay for, or one that a card could is refused.
import { expect, test } from "vitest";
import { amountMin } from "../../../server/stripe-stand-in/money.ts";
import { inTransaction } from "../harness.ts";

test("the smallest amounts are those of Stripe, as the stand-in knows them", async () => {
  await inTransaction("lml_owner", async ({ rows }) => {
    const currencies = await rows<{ code: string; min: string; step: string }>(
      `select c.code, app_hidden.charge_min(c.code) as min, app_hidden.charge_step(c.code) as step
      from app_public.currencies as c`,
    );
    expect(currencies.length).toBeGreaterThan(30);
    for (const { code, min, step } of currencies) {
      // Of a currency that Stripe does not list, the smallest amount is one that it moves.
      const least = Math.max(amountMin(code.toLowerCase()), Number(step));
      expect(Number(min), code).toBe(least);
    }
  });
});
