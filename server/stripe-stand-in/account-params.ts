import { z } from "zod";
import { bankAccount } from "./bank-accounts.ts";
import { expandable, flag, metadata, text, word } from "./fields.ts";

const anything: z.ZodType<unknown> = z.unknown();
const details = z.record(z.string(), anything);

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

/** What changes an account. */
export const changeParams = z.strictObject(changeable);

/** What makes an account. */
export const createParams = z.strictObject({
  ...changeable,
  controller: details.optional(),
  country: word.optional(),
  type: z.enum(["custom", "express", "standard"]).optional(),
});

/** What a request changes of an account. */
export type AccountChanges = z.output<typeof changeParams>;
