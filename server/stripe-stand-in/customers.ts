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
  page,
  positiveInteger,
  shipping,
  text,
  word,
} from "./fields.ts";
import { newId, randomWord } from "./ids.ts";
import { listPage, searchPage } from "./lists.ts";
import { detach, methodsOf } from "./payment-methods.ts";
import type { Transaction } from "./transaction.ts";
import type { Customer } from "./types.ts";

function shownCustomer(tx: Transaction, id: string, param: string): Customer {
  const customer = tx.get("customer", id);
  if (customer === undefined) throw noSuch("customer", id, param);
  return customer;
}

const changeable = {
  ...expandable,
  address: address.optional(),
  description: text.optional(),
  email: text.optional(),
  invoice_settings: z.strictObject({ default_payment_method: text.optional() }).optional(),
  metadata: metadata.optional(),
  name: text.optional(),
  phone: text.optional(),
  shipping: shipping.optional(),
};

/** Refuses a request that names a customer who does not exist. */
export function requireCustomer(tx: Transaction, id: string): string {
  if (tx.get("customer", id) === undefined) throw noSuch("customer", id, "customer");
  return id;
}

/** Everything under `/v1/customers`. */
export const customerEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "POST",
    path: "/v1/customers",
    params: z.strictObject(changeable),
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
      if (tx.get("deleted_customer", id) !== undefined) {
        return { id, object: "customer", deleted: true };
      }
      return expand(tx, shownCustomer(tx, id, "id"), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/customers",
    params: z.strictObject({ ...page, email: word.optional() }),
    run: ({ tx, params }) => {
      const rows = tx
        .newestFirst("customer")
        .filter(({ email }) => (params.email ?? email) === email);
      return expand(tx, listPage("/v1/customers", rows, params), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/customers/search",
    params: z.strictObject({ ...expandable, limit: positiveInteger.optional(), query: word }),
    run: ({ tx, params }) => {
      const rows = tx.newestFirst("customer");
      const until = tx.now - tx.world.searchLagSeconds();
      return expand(tx, searchPage("/v1/customers/search", rows, params, until), params.expand);
    },
  }),
  endpoint({
    method: "POST",
    path: "/v1/customers/:id",
    params: z.strictObject(changeable),
    run: ({ tx, id, params }) => {
      const before = shownCustomer(tx, id, "id");
      const given = <T>(value: T | undefined, otherwise: T): T =>
        value === undefined ? otherwise : value;
      const customer = tx.put("customer", {
        ...before,
        address:
          params.address === undefined ? (before.address ?? null) : fullAddress(params.address),
        description: given(params.description, before.description),
        email: given(params.email, before.email),
        invoice_settings: {
          ...before.invoice_settings,
          default_payment_method: given(
            params.invoice_settings?.default_payment_method,
            before.invoice_settings.default_payment_method as string | null,
          ),
        },
        metadata: changeMetadata(before.metadata, params.metadata),
        name: given(params.name, before.name ?? null),
        phone: given(params.phone, before.phone ?? null),
        shipping: params.shipping ?? before.shipping,
      });
      tx.emit("customer.updated", customer, before);
      return expand(tx, customer, params.expand);
    },
  }),
  endpoint({
    method: "DELETE",
    path: "/v1/customers/:id",
    params: z.strictObject({}),
    run: ({ tx, id }) => {
      const customer = shownCustomer(tx, id, "id");
      for (const method of methodsOf(tx, id)) detach(tx, method);
      tx.remove("customer", id);
      tx.put("deleted_customer", { id });
      tx.emit("customer.deleted", customer);
      return { id, object: "customer", deleted: true };
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/customers/:id/payment_methods",
    params: z.strictObject({ ...page, type: word.optional() }),
    run: ({ tx, id, params }) => {
      const { id: customer } = shownCustomer(tx, id, "id");
      const rows = methodsOf(tx, customer).filter(({ type }) => (params.type ?? type) === type);
      const url = `/v1/customers/${customer}/payment_methods`;
      return expand(tx, listPage(url, rows, params), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/customers/:id/payment_methods/:inner",
    params: z.strictObject(expandable),
    run: ({ tx, id, inner, params }) => {
      const found = methodsOf(tx, shownCustomer(tx, id, "id").id).find(
        (method) => method.id === inner,
      );
      if (found === undefined) throw noSuch("PaymentMethod", inner, "payment_method");
      return expand(tx, found, params.expand);
    },
  }),
];
