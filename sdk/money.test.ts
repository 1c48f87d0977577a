// If this failed, an amount could be shown that is not the amount that is paid.
import { expect, test } from "vitest";
import { UnexpectedAnswerError, UsageError } from "./index.ts";
import { formatCents, parseAnswer, parseCents } from "./money.ts";

test("amounts become numbers wherever they stand, and nothing else does", () => {
  const text =
    '{"a":{"totalCents":"12","items":[{"unitPriceCents":"-3"}],"number":"12"},"xCents":null}';
  expect(parseAnswer(text)).toEqual({
    a: { totalCents: 12, items: [{ unitPriceCents: -3 }], number: "12" },
    xCents: null,
  });
});

test("what cannot be counted exactly is refused, not rounded", () => {
  expect(parseCents("9007199254740991")).toBe(9_007_199_254_740_991);
  for (const text of ["9007199254740992", "-9007199254740993", "1.5", "", "1e3", "0x10"]) {
    expect(() => parseCents(text), text).toThrow(UnexpectedAnswerError);
  }
});

test("only whole numbers are sent", () => {
  expect(formatCents(1999)).toBe("1999");
  for (const cents of [19.99, Number.NaN, Infinity, 2 ** 53]) {
    expect(() => formatCents(cents), String(cents)).toThrow(UsageError);
  }
});
