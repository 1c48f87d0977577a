import { z } from "zod";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { noSuch } from "./errors.ts";
import { expand } from "./expand.ts";
import {
  address,
  changeMetadata,
  expandable,
  fullAddress,
  metadata,
  shipping,
  text,
} from "./fields.ts";
import { newId, randomWord } from "./ids.ts";
import type { Transaction } from "./transaction.ts";

/** Refuses a request that names a customer who does not exist. */
export function requireCustomer(tx: Transaction, id: string): string {
  if (tx.get("customer", id) === undefined) throw noSuch("customer", id, "customer");
  return id;
}

/** `POST /v1/customers` and `GET /v1/customers/:id`. */
export const customerEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "POST",
    path: "/v1/customers",
    params: z.strictObject({
      ...expandable,
      address: address.optional(),
      description: text.optional(),
      email: text.optional(),
      metadata: metadata.optional(),
      name: text.optional(),
      phone: text.optional(),
      shipping: shipping.optional(),
    }),
    run: ({ tx, params }) => {
      const customer = tx.put("customer", {
        id: newId("cus"),
        object: "customer",
        address: params.address === undefined ? null : fullAddress(params.address),
        balance: 0,
        created: tx.now,
        currency: null,
        default_source: null,
        delinquent: false,
        description: params.description ?? null,
        discount: null,
        email: params.email ?? null,
        invoice_prefix: randomWord(8).toUpperCase(),
        invoice_settings: {
          custom_fields: null,
          default_payment_method: null,
          footer: null,
          rendering_options: null,
        },
        livemode: false,
        metadata: changeMetadata({}, params.metadata),
        name: params.name ?? null,
        next_invoice_sequence: 1,
        phone: params.phone ?? null,
        preferred_locales: [],
        shipping: params.shipping ?? null,
        tax_exempt: "none",
        test_clock: null,
      });
      tx.emit("customer.created", customer);
      return expand(tx, customer, params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/customers/:id",
    params: z.strictObject(expandable),
    run: ({ tx, id, params }) => {
      const customer = tx.get("customer", id);
      if (customer === undefined) throw noSuch("customer", id, "id");
      return expand(tx, customer, params.expand);
    },
  }),
];
