import { invalidRequest } from "./errors.ts";

/** Stripe's smallest charges, in the currency's minor unit; other currencies start at 1. */
const MINIMUMS: Readonly<Record<string, number>> = {
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
  usd: 50,
};

const CURRENCIES = new Set(
  Intl.supportedValuesOf("currency").map((currency) => currency.toLowerCase()),
);

/** The smallest amount of one payment. */
export function amountMin(currency: string): number {
  return MINIMUMS[currency] ?? 1;
}

/** The largest amount of one payment: eight digits, and of rupiahs twelve, as at Stripe. */
export function amountMax(currency: string): number {
  return currency === "idr" ? 999_999_999_999 : 99_999_999;
}

/** The code of a currency as the stand-in keeps it, in lower case. */
export function requireCurrency(given: string, param = "currency"): string {
  const currency = given.toLowerCase();
  if (!CURRENCIES.has(currency)) throw invalidRequest(`Invalid currency: ${given}`, { param });
  return currency;
}

const THREE_DECIMALS = new Set(["bhd", "jod", "kwd", "omr", "tnd"]);
const DECIMALS_KEPT = new Set(["isk", "ugx"]);

function amountStep(currency: string): number {
  if (THREE_DECIMALS.has(currency)) return 10;
  return DECIMALS_KEPT.has(currency) ? 100 : 1;
}

/** Stripe moves thousandths in tens, and hundredths that are no more only as `00`. */
export function requireWholeSteps(amount: number, currency: string): void {
  const step = amountStep(currency);
  if (amount % step === 0) return;
  throw invalidRequest(`Amount must be a multiple of ${step} in ${currency}`, { param: "amount" });
}

/** Refuses an amount that Stripe does not move at once. */
export function requireAmountWithinMax(amount: number, currency: string): void {
  const max = amountMax(currency);
  if (amount <= max) return;
  throw invalidRequest(`Amount must be no more than ${formatAmount(max, currency)}`, {
    code: "amount_too_large",
    param: "amount",
  });
}

/** Refuses an amount for which no payment can be made. */
export function requirePayableAmount(amount: number, currency: string): void {
  const min = amountMin(currency);
  if (amount < min) {
    throw invalidRequest(`Amount must be at least ${formatAmount(min, currency)} ${currency}`, {
      code: "amount_too_small",
      param: "amount",
    });
  }
  requireWholeSteps(amount, currency);
  requireAmountWithinMax(amount, currency);
}

/**
 * What the stand-in keeps of a payment: 2.9 % rounded half up, plus 30 of the minor unit, in every
 * currency. A refund gives no fee back, as at Stripe.
 */
export function processingFee(amount: number): number {
  return Math.floor((amount * 29 + 500) / 1000) + 30;
}

/** An amount for people, for example `$20.00`. */
export function formatAmount(amount: number, currency: string): string {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
