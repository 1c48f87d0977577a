import type { AccountChanges } from "./account-params.ts";
import { answeredBy, withDue } from "./account-requirements.ts";
import { withBank } from "./bank-accounts.ts";
import { changeMetadata, sent } from "./fields.ts";
import { requireCurrency } from "./money.ts";
import type { Transaction } from "./transaction.ts";
import type { Account } from "./types.ts";

type PayoutChanges = NonNullable<NonNullable<AccountChanges["settings"]>["payouts"]>;
type PayoutSchedule = NonNullable<NonNullable<Account["settings"]>["payouts"]>["schedule"];

function defined<T extends object>(values: T | undefined): Partial<T> {
  return Object.fromEntries(
    Object.entries(values ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

function payoutSchedule(before: PayoutSchedule, given: PayoutChanges["schedule"]): PayoutSchedule {
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
  change: AccountChanges["capabilities"],
): NonNullable<Account["capabilities"]> {
  const kept = Object.entries(before ?? {}).filter(([name]) => change?.[name]?.requested !== false);
  const requested = Object.entries(change ?? {})
    .filter(([, { requested: wanted }]) => wanted)
    .map(([name]) => [name, "inactive"] as const);
  return Object.fromEntries([...kept, ...requested]);
}

function changedSettings(
  before: Account["settings"],
  change: AccountChanges["settings"],
): NonNullable<Account["settings"]> | null {
  if (before == null) return null;
  const { payouts } = before;
  const given: PayoutChanges = change?.payouts ?? {};
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
function described(account: Account, changes: AccountChanges): Account {
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
export function changedAccount(
  tx: Transaction,
  account: Account,
  changes: AccountChanges,
): Account {
  const { external_account: bank } = changes;
  const told = described(account, changes);
  const banked = bank === undefined ? told : withBank(tx, told, bank);
  const answered = answeredBy(changes);
  const due = (account.requirements?.currently_due ?? []).filter((each) => !answered.has(each));
  const reason = account.requirements?.disabled_reason ?? null;
  const rejected = reason?.startsWith("rejected.") === true;
  const after = rejected ? withDue(banked, due, reason) : withDue(banked, due);
  return { ...after, details_submitted: account.details_submitted || due.length === 0 };
}
