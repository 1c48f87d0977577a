import { z } from "zod";
import { invalidRequest, noSuch } from "./errors.ts";
import { text, word } from "./fields.ts";
import { derivedId, newId } from "./ids.ts";
import type { Transaction } from "./transaction.ts";
import type { Account, BankAccount } from "./types.ts";

/** Stripe's test numbers of bank accounts whose payouts fail, and how. */
const FAILING_BANKS: Readonly<Record<string, string>> = {
  "000111111113": "account_closed",
  "000111111116": "no_account",
  "000222222227": "insufficient_funds",
  "000333333335": "debit_not_authorized",
  "000444444440": "invalid_currency",
};
const GOOD_BANK = "000123456789";

/** Stripe's names of the same bank accounts. */
const BANK_TOKENS: Readonly<Record<string, string>> = {
  btok_us: GOOD_BANK,
  btok_us_verified: GOOD_BANK,
  btok_us_verified_accountClosed: "000111111113",
  btok_us_verified_noAccount: "000111111116",
};

/** The parameters that describe a bank account. */
export const bankAccount = z.strictObject({
  account_holder_name: text.optional(),
  account_holder_type: z.enum(["company", "individual"]).optional(),
  account_number: word,
  country: word,
  currency: word.optional(),
  object: z.literal("bank_account"),
  routing_number: word.optional(),
});

type GivenBank = z.output<typeof bankAccount>;

/** The bank account that a request describes, or names as Stripe does. */
function givenBank(account: Account, given: GivenBank | string): GivenBank {
  if (typeof given === "string") {
    const number = BANK_TOKENS[given];
    if (number === undefined) throw noSuch("token", given, "external_account");
    return {
      account_number: number,
      country: account.country ?? "US",
      currency: account.default_currency,
      object: "bank_account",
      routing_number: "110000000",
    };
  }
  const { account_number: number } = given;
  if (number !== GOOD_BANK && !(number in FAILING_BANKS)) {
    throw invalidRequest(
      "You must use a test bank account number in test mode. Try 000123456789 or see more options " +
        "at https://docs.stripe.com/connect/testing#account-numbers.",
      { code: "account_number_invalid", param: "external_account[account_number]" },
    );
  }
  return given;
}

/** Opens the bank account that a request gives. */
function newBank(tx: Transaction, account: Account, given: GivenBank | string): BankAccount {
  const bank = givenBank(account, given);
  const { account_number: number } = bank;
  const id = newId("ba");
  tx.put("used_test_bank", { id, failure: FAILING_BANKS[number] ?? null });
  const created: BankAccount = {
    id,
    object: "bank_account",
    account: account.id,
    account_holder_name: bank.account_holder_name ?? null,
    account_holder_type: bank.account_holder_type ?? null,
    account_type: null,
    available_payout_methods: ["standard"],
    bank_name: "STRIPE TEST BANK",
    country: bank.country,
    currency: (bank.currency ?? account.default_currency ?? "usd").toLowerCase(),
    customer: null,
    default_for_currency: true,
    fingerprint: derivedId("", number, 16).slice(1),
    last4: number.slice(-4),
    metadata: {},
    routing_number: bank.routing_number ?? null,
    status: "new",
  };
  tx.emit("account.external_account.created", created, undefined, account.id);
  return created;
}

/** The account with this bank account, which replaces another. */
export function withBank(tx: Transaction, account: Account, given: GivenBank | string): Account {
  const bank = newBank(tx, account, given);
  return { ...account, external_accounts: { ...account.external_accounts, data: [bank] } };
}
