// What the stories share: a house to sell in, doors, and an account book of their own.
import { expect } from "vitest";
import { isGivenAnew, until } from "../../db/tests/harness.ts";
import {
  type Booking,
  type LastMinuteLive,
  type Organization,
  PaymentActionRequiredError,
  type Performance,
  type Ref,
  type Ticket,
} from "../index.ts";
import { openAccount, type TestOffice } from "../testing-office.ts";

/** Everybody's in these stories. */
const password = "a long enough password";
/** A day, in milliseconds. */
export const DAY_MS = 86_400_000;

/** The moment so many days from now. */
export const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

/** The one that must be there. */
export function one<T>(found: readonly T[] | T | null | undefined): T {
  const first = Array.isArray(found) ? (found as readonly T[])[0] : (found as T | null | undefined);
  if (first == null) throw new Error("There is none.");
  return first;
}

/** Opens an account with a name and an address made of it. */
export async function signUp(office: TestOffice, name: string): Promise<LastMinuteLive> {
  const lml = office.client();
  const email = `${name.toLowerCase()}@example.com`;
  await openAccount(office, lml, { email, password, firstName: name, lastName: "Example" });
  return lml;
}

/** Somebody pays by card; whose bank wants to see them, sees it. */
export async function payWith3DSecure(lml: LastMinuteLive, booking: Ref): Promise<Booking> {
  const options = { returnUrl: "https://shop.example/done" };
  const refusal: unknown = await lml
    .pay(booking, { testCard: "authenticationRequired" }, options)
    .catch((error: unknown) => error);
  if (!(refusal instanceof PaymentActionRequiredError)) throw refusal;
  await fetch(refusal.redirectUrl ?? "", {
    method: "POST",
    body: new URLSearchParams({ outcome: "complete" }),
    redirect: "manual",
  });
  return await lml.waitForConfirmation(booking);
}

/** Checks a cart out and pays for it. */
export async function buy(
  lml: LastMinuteLive,
  cart: Ref,
  email?: string,
): Promise<{ readonly booking: Booking; readonly tickets: readonly Ticket[] }> {
  await lml.startCheckout(cart, { email });
  const booking = await lml.pay(cart, { testCard: "visa" });
  return { booking, tickets: await lml.tickets(booking) };
}

/** Lets holders in; nobody is turned away. */
export async function scanAll(
  door: LastMinuteLive,
  performance: Performance,
  tickets: readonly Ticket[],
): Promise<void> {
  for (const { credential } of tickets) {
    const scan = await door.scan(performance, credential ?? "");
    expect(scan).toMatchObject({ admitted: true, refusal: null });
  }
}

// The account book. It is reckoned from what the organizer has set and what buyers chose, in whole
// numbers and without a look at the database, whose amounts must then be the same.

/** What an organizer has set. Percentages are in hundredths of a percent. */
export interface Terms {
  readonly service?: readonly [percentage: number, perTicket: number];
  readonly processing?: readonly [percentage: number, perTicket: number];
  readonly tax?: number;
  readonly taxIsIncluded?: boolean;
  readonly feesAreAbsorbed?: boolean;
  readonly commission: number;
  /** What amounts are multiples of. Default: 1. */
  readonly step?: number;
}

/** Tickets at one price, or add-ons. */
export interface Line {
  readonly price: number;
  readonly quantity: number;
  /** Off all of them together. */
  readonly discount?: number;
}

/** Where money is. */
export interface Amounts {
  readonly total: number;
  readonly organizer: number;
  readonly commission: number;
  readonly service: number;
  readonly processing: number;
  readonly tax: number;
}

/** A fraction, rounded half away from zero to a multiple of `step`. No amount is negative. */
export function rounded(numerator: number, denominator: number, step = 1): number {
  return step * Math.floor((2 * numerator + denominator * step) / (2 * denominator * step));
}

/** What a buyer pays, and who gets how much of it. */
export function reckon(terms: Terms, lines: readonly Line[]): Amounts {
  const { service = [0, 0], processing = [0, 0], tax = 0, commission, step } = terms;
  const sum = { paid: 0, service: 0, processing: 0, added: 0, included: 0 };
  for (const { price, quantity, discount = 0 } of lines) {
    const paid = price * quantity - discount;
    const fee = ([percentage, perTicket]: readonly [number, number]): number =>
      paid === 0 ? 0 : rounded(paid * percentage + perTicket * quantity * 10_000, 10_000, step);
    const taxable =
      (terms.feesAreAbsorbed === true ? 0 : fee(service)) +
      (terms.taxIsIncluded === true ? 0 : paid);
    sum.paid += paid;
    sum.service += fee(service);
    sum.processing += fee(processing);
    sum.added += rounded(taxable * tax, 10_000, step);
    sum.included += terms.taxIsIncluded === true ? rounded(paid * tax, 10_000 + tax, step) : 0;
  }
  // No card is charged with it, so that it has no steps.
  const share = rounded((sum.paid - sum.included) * commission, 10_000);
  const fees = sum.service + sum.processing;
  const isAbsorbed = terms.feesAreAbsorbed === true;
  return {
    total: sum.paid + sum.added + (isAbsorbed ? 0 : fees),
    organizer: sum.paid - sum.included - share - (isAbsorbed ? fees : 0),
    commission: share,
    service: sum.service,
    processing: sum.processing,
    tax: sum.added + sum.included,
  };
}

/** What a story expects the books of an organization to say. */
export class AccountBook {
  readonly #accounts = new Map<string, number>();
  #atStripe = { received: 0, returned: 0 };

  /** A sale, all of which was paid by card, or less. */
  sell(sale: Amounts, paid: number = sale.total): Amounts {
    this.#split(sale, 1);
    this.#add("buyer_clearing", paid - sale.total);
    this.#atStripe.received += paid;
    return sale;
  }

  /** More of a sale's price was paid by card. */
  receive(paid: number): void {
    this.#add("buyer_clearing", paid);
    this.#atStripe.received += paid;
  }

  /** A part of a sale that was taken back, or all of it, and what of it went back to the card. */
  giveBack(part: Amounts, returned: number = part.total): Amounts {
    this.#split(part, -1);
    this.#add("buyer_clearing", part.total - returned);
    this.#atStripe.returned += returned;
    return part;
  }

  /** By account, credits positive; what is zero is left out. `stripe` is before Stripe's own fees. */
  get balances(): Readonly<Record<string, number>> {
    const { received, returned } = this.#atStripe;
    return nonzero([...this.#accounts, ["stripe", returned - received]]);
  }

  /** What cards were charged with, and what of it went back. */
  get atStripe(): { readonly received: number; readonly returned: number } {
    return this.#atStripe;
  }

  #split(amounts: Amounts, sign: 1 | -1): void {
    const parts = amounts.organizer + amounts.commission + amounts.service;
    if (parts + amounts.processing + amounts.tax !== amounts.total) {
      throw new Error(`The story's own amounts do not add up: ${JSON.stringify(amounts)}`);
    }
    this.#add("organizer_payable", sign * amounts.organizer);
    this.#add("platform_commission", sign * amounts.commission);
    this.#add("service_fees", sign * amounts.service);
    this.#add("processing_fees", sign * amounts.processing);
    this.#add("taxes_payable", sign * amounts.tax);
  }

  #add(account: string, amount: number): void {
    this.#accounts.set(account, (this.#accounts.get(account) ?? 0) + amount);
  }
}

function nonzero(entries: Iterable<readonly [string, number]>): Readonly<Record<string, number>> {
  return Object.fromEntries([...entries].filter(([, amount]) => amount !== 0));
}

/** The end of a story: nothing is under way, and the books, Stripe and the story agree to the cent. */
export async function expectSettled(
  office: TestOffice,
  organizer: LastMinuteLive,
  organization: Organization,
  expected: AccountBook,
): Promise<void> {
  const root = office.database.pool("superuser", 1);
  await until(async () => {
    await office.standIn.control.settled();
    const { rows } = await root.query<{ due: number }>(
      `select (
          select count(*) from graphile_worker._private_jobs as j
          where j.run_at <= now() and not ${isGivenAnew}
        )::integer + (
          select count(*) from app_public.refunds where status in ('pending', 'processing')
        )::integer as due`,
    );
    return rows[0]?.due === 0;
  });
  expect((await root.query("select * from app_public.check_invariants()")).rows).toEqual([]);

  const lines = await organizer.trialBalance(organization).toArray(100);
  const credits = new Map<string, number>();
  for (const { kind, creditCents, debitCents } of lines) {
    // What Stripe keeps of what it has taken is its own business here.
    const account = kind === "stripe_balance" || kind === "stripe_fees" ? "stripe" : String(kind);
    const credit = (creditCents ?? 0) - (debitCents ?? 0);
    credits.set(account, (credits.get(account) ?? 0) + credit);
  }
  expect(nonzero(credits)).toEqual(expected.balances);
  expect([...credits.values()].reduce((sum, credit) => sum + credit, 0)).toBe(0);
  expect(await office.atStripe()).toEqual(expected.atStripe);
}
