import type { AccountChanges } from "./account-params.ts";
import type { Account } from "./types.ts";

/** What a new account has still to tell, by the path of the parameter that tells it. */
export const DUE_AT_FIRST = [
  "business_profile.url",
  "external_account",
  "representative.first_name",
  "representative.last_name",
  "tos_acceptance.date",
  "tos_acceptance.ip",
] as const;

/** What an account has to tell, as its `requirements` show it. */
export function requirements(
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
export function withDue(
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

/** Which of the things that may be due the changes answer. */
export function answeredBy(changes: AccountChanges): ReadonlySet<string> {
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
