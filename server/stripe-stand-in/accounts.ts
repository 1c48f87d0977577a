import { z } from "zod";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { StripeApiError, invalidRequest, noSuch } from "./errors.ts";
import { expand } from "./expand.ts";
import {
  changeMetadata,
  expandable,
  flag,
  list,
  metadata,
  page,
  sent,
  text,
  word,
} from "./fields.ts";
import { derivedId, newId } from "./ids.ts";
import { listPage } from "./lists.ts";
import { requireCurrency } from "./money.ts";
import type { Transaction } from "./transaction.ts";
import type { Account, BankAccount } from "./types.ts";

/** What a new account has still to tell, by the path of the parameter that tells it. */
const DUE_AT_FIRST = [
  "business_profile.url",
  "external_account",
  "representative.first_name",
  "representative.last_name",
  "tos_acceptance.date",
  "tos_acceptance.ip",
] as const;

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

const anything: z.ZodType<unknown> = z.unknown();
const details = z.record(z.string(), anything);

const bankAccount = z.strictObject({
  account_holder_name: text.optional(),
  account_holder_type: z.enum(["company", "individual"]).optional(),
  account_number: word,
  country: word,
  currency: word.optional(),
  object: z.literal("bank_account"),
  routing_number: word.optional(),
});

const schedule = z.strictObject({
  delay_days: word.optional(),
  interval: z.enum(["daily", "manual", "monthly", "weekly"]).optional(),
  monthly_anchor: word.optional(),
  weekly_anchor: word.optional(),
});

const changeable = {
  ...expandable,
  business_profile: z
    .strictObject({
      mcc: text.optional(),
      name: text.optional(),
      product_description: text.optional(),
      support_email: text.optional(),
      support_phone: text.optional(),
      support_url: text.optional(),
      url: text.optional(),
    })
    .optional(),
  business_type: z.enum(["company", "government_entity", "individual", "non_profit"]).optional(),
  capabilities: z.record(z.string(), z.strictObject({ requested: flag })).optional(),
  company: details.optional(),
  default_currency: word.optional(),
  email: text.optional(),
  external_account: z.union([bankAccount, word]).optional(),
  individual: details.optional(),
  metadata: metadata.optional(),
  settings: z
    .strictObject({
      payouts: z
        .strictObject({
          debit_negative_balances: flag.optional(),
          schedule: schedule.optional(),
          statement_descriptor: text.optional(),
        })
        .optional(),
    })
    .optional(),
  tos_acceptance: z
    .strictObject({
      date: word.optional(),
      ip: word.optional(),
      service_agreement: word.optional(),
      user_agent: word.optional(),
    })
    .optional(),
};

const changeParams = z.strictObject(changeable);
const createParams = z.strictObject({
  ...changeable,
  controller: details.optional(),
  country: word.optional(),
  type: z.enum(["custom", "express", "standard"]).optional(),
});

type Changes = z.output<typeof changeParams>;

/** What an account has to tell, as its `requirements` show it. */
function requirements(
  due: readonly string[],
  reason: string | null,
): NonNullable<Account["requirements"]> {
  return {
    alternatives: [],
    current_deadline: null,
    currently_due: [...due],
    disabled_reason: reason as NonNullable<Account["requirements"]>["disabled_reason"],
    errors: [],
    eventually_due: [...due],
    past_due: [],
    pending_verification: [],
  };
}

/** The account as it is with this still to be told: nothing due, nothing disabled. */
function withDue(
  account: Account,
  due: readonly string[],
  reason = due.length === 0 ? null : "requirements.past_due",
): Account {
  const enabled = reason === null;
  const status = enabled ? ("active" as const) : ("inactive" as const);
  return {
    ...account,
    capabilities: Object.fromEntries(
      Object.keys(account.capabilities ?? {}).map((name) => [name, status]),
    ),
    charges_enabled: enabled,
    payouts_enabled: enabled && account.external_accounts.data.length > 0,
    requirements: requirements(due, reason),
  };
}

function replace(tx: Transaction, before: Account, after: Account): Account {
  tx.put("account", after);
  tx.emit("account.updated", after, before, after.id);
  return after;
}

function newBank(
  tx: Transaction,
  account: Account,
  given: z.output<typeof bankAccount> | string,
): BankAccount {
  const bank =
    typeof given === "string"
      ? {
          account_number: BANK_TOKENS[given],
          country: account.country ?? "US",
          currency: account.default_currency,
        }
      : given;
  const number = bank.account_number;
  if (number === undefined) {
    throw noSuch("token", String(given), "external_account");
  }
  if (typeof given !== "string" && number !== GOOD_BANK && !(number in FAILING_BANKS)) {
    throw invalidRequest(
      "You must use a test bank account number in test mode. Try 000123456789 or see more options " +
        "at https://docs.stripe.com/connect/testing#account-numbers.",
      { code: "account_number_invalid", param: "external_account[account_number]" },
    );
  }
  const id = newId("ba");
  tx.put("used_test_bank", { id, failure: FAILING_BANKS[number] ?? null });
  const created: BankAccount = {
    id,
    object: "bank_account",
    account: account.id,
    account_holder_name: typeof given === "string" ? null : (given.account_holder_name ?? null),
    account_holder_type: typeof given === "string" ? null : (given.account_holder_type ?? null),
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
    routing_number: typeof given === "string" ? "110000000" : (given.routing_number ?? null),
    status: "new",
  };
  tx.emit("account.external_account.created", created, undefined, account.id);
  return created;
}

function withBank(account: Account, bank: BankAccount): Account {
  return { ...account, external_accounts: { ...account.external_accounts, data: [bank] } };
}

/** What of what is due the changes answer. */
function answeredBy(changes: Changes): ReadonlySet<string> {
  const { business_profile: profile, individual, tos_acceptance: tos } = changes;
  const answers: Record<string, unknown> = {
    "business_profile.url": profile?.url ?? profile?.product_description,
    external_account: changes.external_account,
    "representative.first_name": individual?.["first_name"] ?? changes.company?.["name"],
    "representative.last_name": individual?.["last_name"] ?? changes.company?.["name"],
    "tos_acceptance.date": tos?.date,
    "tos_acceptance.ip": tos?.ip,
    "individual.verification.document": individual?.["verification"],
  };
  return new Set(Object.keys(answers).filter((key) => answers[key] != null));
}

function defined<T extends object>(values: T | undefined): Partial<T> {
  return Object.fromEntries(
    Object.entries(values ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

function payoutSchedule(
  before: NonNullable<NonNullable<Account["settings"]>["payouts"]>["schedule"],
  given: z.output<typeof schedule> | undefined,
): NonNullable<NonNullable<Account["settings"]>["payouts"]>["schedule"] {
  const { delay_days: delay, monthly_anchor: month, weekly_anchor: week } = given ?? {};
  return {
    ...before,
    ...(given?.interval === undefined ? {} : { interval: given.interval }),
    ...(delay === undefined ? {} : { delay_days: delay === "minimum" ? 2 : Number(delay) }),
    ...(month === undefined ? {} : { monthly_anchor: Number(month) }),
    ...(week === undefined ? {} : { weekly_anchor: week as "monday" }),
  };
}

/** The capabilities after a change: what is requested anew is inactive until nothing is due. */
function changedCapabilities(
  before: Account["capabilities"],
  change: Changes["capabilities"],
): NonNullable<Account["capabilities"]> {
  const kept = Object.entries(before ?? {}).filter(([name]) => change?.[name]?.requested !== false);
  const requested = Object.entries(change ?? {})
    .filter(([, { requested: wanted }]) => wanted)
    .map(([name]) => [name, "inactive"] as const);
  return Object.fromEntries([...kept, ...requested]);
}

function changedSettings(
  before: Account["settings"],
  change: Changes["settings"],
): NonNullable<Account["settings"]> | null {
  if (before == null) return null;
  const { payouts } = before;
  const given: NonNullable<NonNullable<Changes["settings"]>["payouts"]> = change?.payouts ?? {};
  return {
    ...before,
    payouts: {
      debit_negative_balances: payouts?.debit_negative_balances ?? true,
      statement_descriptor: payouts?.statement_descriptor ?? null,
      ...sent(given, "debit_negative_balances", "statement_descriptor"),
      schedule: payoutSchedule(
        payouts?.schedule ?? { delay_days: 2, interval: "daily" },
        given.schedule,
      ),
    },
  };
}

/** The account with what a request says of its holder and its settings. */
function described(account: Account, changes: Changes): Account {
  const { default_currency: currency, tos_acceptance: tos } = changes;
  return {
    ...account,
    ...sent(changes, "business_type", "email"),
    business_profile: {
      ...account.business_profile,
      ...defined(changes.business_profile),
    } as NonNullable<Account["business_profile"]>,
    capabilities: changedCapabilities(account.capabilities, changes.capabilities),
    ...(currency === undefined
      ? {}
      : { default_currency: requireCurrency(currency, "default_currency") }),
    metadata: changeMetadata(account.metadata ?? {}, changes.metadata),
    settings: changedSettings(account.settings, changes.settings),
    tos_acceptance: {
      ...account.tos_acceptance,
      ...defined({
        date: tos?.date === undefined ? undefined : Number(tos.date),
        ip: tos?.ip,
        user_agent: tos?.user_agent,
      }),
    } as NonNullable<Account["tos_acceptance"]>,
  };
}

/** The account with everything that a request changes, and what is still due then. */
function changed(tx: Transaction, account: Account, changes: Changes): Account {
  const { external_account: bank } = changes;
  const told = described(account, changes);
  const banked = bank === undefined ? told : withBank(told, newBank(tx, told, bank));
  const answered = answeredBy(changes);
  const due = (account.requirements?.currently_due ?? []).filter((each) => !answered.has(each));
  const reason = account.requirements?.disabled_reason ?? null;
  const rejected = reason?.startsWith("rejected.") === true;
  const after = rejected ? withDue(banked, due, reason) : withDue(banked, due);
  return { ...after, details_submitted: account.details_submitted || due.length === 0 };
}

function controller(type: Account["type"]): NonNullable<Account["controller"]> {
  if (type === "standard") return { type: "account" };
  return {
    fees: { payer: type === "custom" ? "application_custom" : "application_express" },
    is_controller: true,
    losses: { payments: "application" },
    requirement_collection: type === "custom" ? "application" : "stripe",
    stripe_dashboard: { type: type === "custom" ? "none" : "express" },
    type: "application",
  };
}

function newAccount(tx: Transaction, country: string, type: Account["type"]): Account {
  const id = `acct_${newId("").slice(1, 17)}`;
  return {
    id,
    object: "account",
    business_profile: {
      annual_revenue: null,
      estimated_worker_count: null,
      mcc: null,
      minority_owned_business_designation: null,
      name: null,
      product_description: null,
      specified_commercial_transactions_act_url: null,
      support_address: null,
      support_email: null,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: null,
    capabilities: {},
    charges_enabled: false,
    controller: controller(type),
    country,
    created: tx.now,
    default_currency: country === "US" ? "usd" : "eur",
    details_submitted: false,
    email: null,
    external_accounts: {
      object: "list",
      data: [],
      has_more: false,
      url: `/v1/accounts/${id}/external_accounts`,
    },
    future_requirements: requirements([], null),
    metadata: {},
    payouts_enabled: false,
    requirements: requirements(DUE_AT_FIRST, "requirements.past_due"),
    settings: {
      bacs_debit_payments: { display_name: null, service_user_number: null },
      branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
      card_issuing: { tos_acceptance: { date: null, ip: null } },
      card_payments: {
        decline_on: { avs_failure: false, cvc_failure: false },
        statement_descriptor_prefix: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      dashboard: { display_name: null, timezone: "Etc/UTC" },
      invoices: { default_account_tax_ids: null, hosted_payment_method_save: null },
      payments: {
        statement_descriptor: null,
        statement_descriptor_kana: null,
        statement_descriptor_kanji: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      payouts: {
        debit_negative_balances: true,
        schedule: { delay_days: 2, interval: "daily" },
        statement_descriptor: null,
      },
      sepa_debit_payments: {},
    },
    tos_acceptance: { date: null, ip: null, user_agent: null },
    type,
  };
}

/** Whether a call may be made in the name of the account: it exists and has not left. */
export function isConnected(tx: Transaction, id: string): boolean {
  return tx.get("account", id) !== undefined && tx.get("deauthorization", id) === undefined;
}

/** 403: Stripe's words for an account that does not exist or has left. */
export function noAccess(id: string): StripeApiError {
  return new StripeApiError(403, {
    type: "invalid_request_error",
    code: "account_invalid",
    message:
      `The provided key does not have access to account '${id}' (or that account does not ` +
      "exist). Application access may have been revoked.",
  });
}

/** The connected account with this id. */
export function requireAccount(tx: Transaction, id: string): Account {
  const account = tx.get("account", id);
  if (account === undefined || !isConnected(tx, id)) throw noAccess(id);
  return account;
}

/** Ends an onboarding as its outcome says; what comes of it is told by `account.updated`. */
export function onboard(
  tx: Transaction,
  id: string,
  outcome: "complete" | "incomplete" | "later",
): Account {
  const before = requireAccount(tx, id);
  if (outcome === "later") return before;
  const banked =
    before.external_accounts.data.length > 0
      ? before
      : withBank(before, newBank(tx, before, "btok_us_verified"));
  const submitted: Account = {
    ...banked,
    details_submitted: true,
    tos_acceptance: { date: tx.now, ip: "127.0.0.1", user_agent: null },
  };
  const due = outcome === "complete" ? [] : ["individual.verification.document"];
  return replace(tx, before, withDue(submitted, due));
}

/** Lets Stripe ask an account for more; with nothing to ask, it is in good standing again. */
export function restrict(
  tx: Transaction,
  id: string,
  due: readonly string[],
  reason?: string,
): Account {
  const before = requireAccount(tx, id);
  return replace(tx, before, withDue(before, due, reason));
}

/** An account takes back the permission that it gave the platform. */
export function deauthorize(tx: Transaction, id: string): void {
  const account = requireAccount(tx, id);
  tx.put("deauthorization", { id });
  const application = { id: "ca_stand_in", object: "application", name: "Stripe stand-in" };
  tx.emit("account.application.deauthorized", application, undefined, account.id);
}

/** Everything under `/v1/accounts` and `POST /oauth/deauthorize`. */
export const connectedAccountEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "POST",
    path: "/v1/accounts",
    params: createParams,
    run: ({ tx, params }) => {
      const { controller: given, country, type, ...rest } = params;
      const dashboard = given?.["stripe_dashboard"] as { type?: unknown } | undefined;
      const kind =
        type ??
        (dashboard?.type === "express"
          ? "express"
          : dashboard?.type === "none"
            ? "custom"
            : "standard");
      const account = changed(tx, newAccount(tx, country ?? "US", kind), rest);
      return expand(tx, tx.put("account", account), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/accounts",
    params: z.strictObject(page),
    run: ({ tx, params }) => {
      const rows = tx.newestFirst("account").filter(({ id }) => isConnected(tx, id));
      const dated = rows.map((row) => ({ ...row, created: row.created ?? 0 }));
      return expand(tx, listPage("/v1/accounts", dated, params), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/accounts/:id",
    params: z.strictObject(expandable),
    run: ({ tx, id, params }) => expand(tx, requireAccount(tx, id), params.expand),
  }),
  endpoint({
    method: "POST",
    path: "/v1/accounts/:id",
    params: changeParams,
    run: ({ tx, id, params }) => {
      const before = requireAccount(tx, id);
      return expand(tx, replace(tx, before, changed(tx, before, params)), params.expand);
    },
  }),
  endpoint({
    method: "DELETE",
    path: "/v1/accounts/:id",
    params: z.strictObject({}),
    run: ({ tx, id }) => {
      requireAccount(tx, id);
      tx.put("deauthorization", { id });
      return { id, object: "account", deleted: true };
    },
  }),
  endpoint({
    method: "POST",
    path: "/v1/accounts/:id/reject",
    params: z.strictObject({
      ...expandable,
      reason: z.enum(["fraud", "other", "terms_of_service"]),
    }),
    run: ({ tx, id, params }) =>
      expand(tx, restrict(tx, id, [], `rejected.${params.reason}`), params.expand),
  }),
  endpoint({
    method: "GET",
    path: "/v1/accounts/:id/external_accounts",
    params: z.strictObject({ ...page, object: list(word).or(word).optional() }),
    run: ({ tx, id }) => requireAccount(tx, id).external_accounts,
  }),
  endpoint({
    method: "POST",
    path: "/oauth/deauthorize",
    params: z.strictObject({ client_id: word, stripe_user_id: word }),
    run: ({ tx, params }) => {
      deauthorize(tx, params.stripe_user_id);
      return { stripe_user_id: params.stripe_user_id };
    },
  }),
];
