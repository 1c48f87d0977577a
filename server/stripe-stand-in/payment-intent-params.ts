import { z } from "zod";
import { automaticPaymentMethods } from "./automatic-payment-methods.ts";
import {
  expandable,
  flag,
  list,
  metadata,
  positiveInteger,
  shipping,
  text,
  webAddress,
  word,
} from "./fields.ts";
import { paymentMethodData } from "./payment-methods.ts";

const allowedTypes = list(word).refine((types) => types.includes("card"), {
  message: "The stand-in knows only cards, so allowed_payment_method_types must contain card.",
});
const futureUsage = z
  .enum(["", "off_session", "on_session"])
  .transform((value) => (value === "" ? null : value));

const describing = {
  description: text.optional(),
  metadata: metadata.optional(),
  receipt_email: text.optional(),
  setup_future_usage: futureUsage.optional(),
  shipping: shipping.optional(),
  statement_descriptor: text.optional(),
  statement_descriptor_suffix: text.optional(),
  transfer_group: text.optional(),
};

const paying = {
  allowed_payment_method_types: allowedTypes.optional(),
  payment_method: word.optional(),
  payment_method_data: z.strictObject(paymentMethodData).optional(),
  payment_method_options: z
    .strictObject({
      card: z
        .strictObject({ request_three_d_secure: z.enum(["any", "automatic", "challenge"]) })
        .optional(),
    })
    .optional(),
};

const confirming = {
  error_on_requires_action: flag.optional(),
  off_session: flag.optional(),
  return_url: webAddress.optional(),
  use_stripe_sdk: flag.optional(),
};

const captureMethod = z.enum(["automatic", "automatic_async", "manual"]);

/** What makes a payment intent. */
export const createParams = z.strictObject({
  ...expandable,
  ...describing,
  ...paying,
  ...confirming,
  amount: positiveInteger,
  automatic_payment_methods: automaticPaymentMethods.optional(),
  capture_method: captureMethod.optional(),
  confirm: flag.optional(),
  confirmation_method: z.enum(["automatic", "manual"]).optional(),
  currency: word,
  customer: word.optional(),
});

/** What changes a payment intent. */
export const updateParams = z.strictObject({
  ...expandable,
  ...describing,
  ...paying,
  amount: positiveInteger.optional(),
  capture_method: captureMethod.optional(),
  currency: word.optional(),
  customer: word.optional(),
});

/** What confirms a payment intent. */
export const confirmParams = z.strictObject({
  ...expandable,
  ...paying,
  ...confirming,
  capture_method: captureMethod.optional(),
  client_secret: word.optional(),
  expected_payment_method_type: z.enum(["card"]).optional(),
  receipt_email: text.optional(),
  setup_future_usage: futureUsage.optional(),
  shipping: shipping.optional(),
});

/** What captures a payment intent. */
export const captureParams = z.strictObject({
  ...expandable,
  amount_to_capture: positiveInteger.optional(),
  metadata: metadata.optional(),
});

/** What a request says of the ways to pay. */
export type Paying = Pick<z.output<typeof confirmParams>, keyof typeof paying>;
/** How a request confirms. */
export type Confirming = Pick<z.output<typeof confirmParams>, keyof typeof confirming>;
