import { DUE_AT_FIRST, requirements } from "./account-requirements.ts";
import { newId } from "./ids.ts";
import type { Transaction } from "./transaction.ts";
import type { Account } from "./types.ts";

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

/** An account that has told nothing yet. */
export function newAccount(tx: Transaction, country: string, type: Account["type"]): Account {
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
