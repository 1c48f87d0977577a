// If this fails, a cart is checked out that no card can pay for, or one that a card could is refused.
import { expect, test } from "vitest";
import { amountMax, amountMin } from "../../../server/stripe-stand-in/money.ts";
import { inTransaction } from "../harness.ts";

test("the smallest and largest amounts are those of Stripe, as the stand-in knows them", async () => {
  await inTransaction("lml_owner", async ({ rows }) => {
    const max = Object.fromEntries(
      Intl.supportedValuesOf("currency").map((code) => [code, amountMax(code.toLowerCase())]),
    );
    const currencies = await rows<{ code: string; min: string; step: string; fits: boolean }>(
      `select
        c.code, app_hidden.charge_min(c.code) as min, app_hidden.charge_step(c.code) as step,
        app_hidden.fits_on_card(m.max, c.code) and not app_hidden.fits_on_card(m.max + 1, c.code)
          as fits
      from app_public.currencies as c
      cross join lateral (select ($1::jsonb ->> c.code)::bigint as max) as m`,
      [JSON.stringify(max)],
    );
    expect(currencies.length).toBeGreaterThan(30);
    for (const { code, min, step, fits } of currencies) {
      // Of a currency that Stripe does not list, the smallest amount is one that it moves.
      const least = Math.max(amountMin(code.toLowerCase()), Number(step));
      expect(Number(min), code).toBe(least);
      expect(fits, code).toBe(true);
    }
  });
});
