// If this failed, the stand-in would accept what Stripe refuses, or show a browser too much.
import { describe, expect, test } from "vitest";
import { type Bench, KEYS, clientOf, errorOf, pay, startBench, until } from "./testing.ts";

function call(bench: Bench, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${bench.standIn.url}${path}`, init);
}

describe("keys", () => {
  test("without a valid secret key nothing is told", async () => {
    await using bench = await startBench();
    expect((await call(bench, "/v1/payment_intents")).status).toBe(401);
    const wrong = clientOf(bench.standIn, "sk_test_of_somebody_else");
    expect(await errorOf(wrong.paymentIntents.list())).toMatchObject({
      type: "StripeAuthenticationError",
      statusCode: 401,
      message: expect.not.stringContaining("sk_test_of_somebody_else"),
    });
    const browser = clientOf(bench.standIn, KEYS.publishableKey);
    expect(await errorOf(browser.refunds.create({ payment_intent: "pi_1" }))).toMatchObject({
      code: "secret_key_required",
    });
    const basic = await call(bench, "/v1/account", {
      headers: { authorization: `Basic ${btoa(`${KEYS.secretKey}:`)}` },
    });
    expect(basic.status).toBe(200);
  });

  test("a browser confirms with the publishable key and the client secret", async () => {
    await using bench = await startBench();
    const intent = await bench.stripe.paymentIntents.create({
      amount: 1_000,
      currency: "usd",
      automatic_payment_methods: { enabled: true },
      metadata: { secret: "seat plan" },
    });
    const secret = intent.client_secret ?? "";
    const browser = clientOf(bench.standIn, KEYS.publishableKey);
    expect(
      await errorOf(browser.paymentIntents.confirm(intent.id, { payment_method: "pm_card_visa" })),
    ).toMatchObject({ param: "client_secret" });

    const method = await browser.paymentMethods.create({
      type: "card",
      card: { number: "4242424242424242", exp_month: 12, exp_year: 2040 },
    });
    const confirm = (client_secret: string, payment_method: string) =>
      call(bench, `/v1/payment_intents/${intent.id}/confirm`, {
        method: "POST",
        body: new URLSearchParams({ client_secret, payment_method, key: KEYS.publishableKey }),
      });
    const guessed = await confirm(`${intent.id}_secret_guessed`, method.id);
    expect(guessed.status).toBe(400);
    const bold = await call(bench, `/v1/payment_intents/${intent.id}/confirm`, {
      method: "POST",
      headers: { authorization: `Bearer ${KEYS.publishableKey}` },
      body: new URLSearchParams({ client_secret: secret, capture_method: "manual" }),
    });
    expect(bold.status).toBe(400);
    const declined = await confirm(secret, "pm_card_chargeDeclined");
    expect(declined.status).toBe(402);
    const { error } = (await declined.json()) as { error: { payment_intent: object } };
    expect(error.payment_intent).not.toHaveProperty("metadata");

    const confirmed = await confirm(secret, method.id);
    expect(confirmed.headers.get("access-control-allow-origin")).toBe("*");
    const body = (await confirmed.json()) as object;
    expect(body).toMatchObject({ id: intent.id, status: "succeeded", client_secret: secret });
    expect(body).not.toHaveProperty("metadata");
    expect(body).not.toHaveProperty("latest_charge");

    const seen = await browser.paymentIntents.retrieve(intent.id, { client_secret: secret });
    expect(seen.status).toBe("succeeded");
    expect(await errorOf(browser.paymentIntents.retrieve(intent.id))).toMatchObject({
      statusCode: 400,
    });
  });

  test("browsers may ask from any origin", async () => {
    await using bench = await startBench();
    const preflight = await call(bench, "/v1/payment_intents/pi_1/confirm", { method: "OPTIONS" });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("Authorization");
  });
});

describe("parameters", () => {
  test("are refused in Stripe's words", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const create = (params: object) =>
      errorOf(stripe.paymentIntents.create({ amount: 1_000, currency: "usd", ...params }));
    expect(await errorOf(stripe.rawRequest("POST", "/v1/payment_intents", {}))).toMatchObject({
      code: "parameter_missing",
      param: "amount",
      message: "Missing required param: amount.",
    });
    expect(await create({ seats: 2 })).toMatchObject({
      code: "parameter_unknown",
      message: "Received unknown parameter: seats",
    });
    expect(await create({ amount: "ten" })).toMatchObject({
      code: "parameter_invalid_integer",
      message: "Invalid integer: ten",
    });
    expect(await create({ amount: 49 })).toMatchObject({
      code: "amount_too_small",
      message: "Amount must be at least $0.50 usd",
    });
    expect(await create({ amount: 100_000_000 })).toMatchObject({ code: "amount_too_large" });
    expect(await create({ currency: "xx1" })).toMatchObject({ param: "currency" });
    expect(await create({ capture_method: "later" })).toMatchObject({
      param: "capture_method",
      message: "Invalid capture_method: must be one of automatic, automatic_async or manual",
    });
    expect(await create({ metadata: { long: "x".repeat(501) } })).toMatchObject({
      statusCode: 400,
      param: "metadata",
    });
    expect(await create({ customer: "cus_none" })).toMatchObject({
      statusCode: 404,
      code: "resource_missing",
      param: "customer",
    });
    expect(await create({ expand: ["status"] })).toMatchObject({
      message: "This property cannot be expanded (status).",
    });
    expect((await stripe.paymentIntents.list()).data).toEqual([]);
  });

  test("only a form is read, and odd names do no harm", async () => {
    await using bench = await startBench();
    const headers = { authorization: `Bearer ${KEYS.secretKey}` };
    const json = await call(bench, "/v1/customers", {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: "{}",
    });
    expect(json.status).toBe(400);
    const odd = await call(bench, "/v1/customers", {
      method: "POST",
      headers,
      body: new URLSearchParams({ "__proto__[polluted]": "1" }),
    });
    expect(odd.status).toBe(400);
    expect({}).not.toHaveProperty("polluted");
    const broken = await call(bench, "/v1/customers", {
      method: "POST",
      headers,
      body: new URLSearchParams({ "a[b": "1" }),
    });
    expect(broken.status).toBe(400);
    const large = await call(bench, "/v1/customers", {
      method: "POST",
      headers,
      body: new URLSearchParams({ name: "x".repeat(2_000_000) }),
    });
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  });
});

describe("a caller that dies", () => {
  const create = (bench: Bench, signal: AbortSignal) =>
    call(bench, "/v1/payment_intents", {
      method: "POST",
      headers: { authorization: `Bearer ${KEYS.secretKey}`, "idempotency-key": "key-1" },
      body: new URLSearchParams({ amount: "1000", currency: "usd" }),
      signal,
    });

  test("before its call is carried out does not stop the call", async () => {
    await using bench = await startBench();
    const { control } = bench.standIn;
    control.holdCalls(1);
    const caller = new AbortController();
    const request = create(bench, caller.signal);
    await until(() => control.status().underWay === 1 && control.status().holdCalls === 0);
    caller.abort();
    await expect(request).rejects.toMatchObject({ name: "AbortError" });
    // Lists are answered meanwhile.
    expect((await bench.stripe.paymentIntents.list()).data).toEqual([]);
    control.letCallsGo();
    await until(() => control.status().underWay === 0);
    expect((await bench.stripe.paymentIntents.list()).data).toHaveLength(1);
  });

  test("before it is answered finds the answer with the key", async () => {
    await using bench = await startBench();
    const { control } = bench.standIn;
    control.holdReplies(1);
    const caller = new AbortController();
    const request = create(bench, caller.signal);
    await until(() => control.status().underWay === 1 && control.status().holdReplies === 0);
    const [made] = (await bench.stripe.paymentIntents.list()).data;
    caller.abort();
    await expect(request).rejects.toMatchObject({ name: "AbortError" });
    await until(() => control.status().underWay === 0);
    const again = await create(bench, new AbortController().signal);
    expect(await again.json()).toMatchObject({ id: made?.id });
  });
});

describe("reading", () => {
  test("unknown objects and addresses are 404", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    for (const reading of [
      () => stripe.paymentIntents.retrieve("pi_none"),
      () => stripe.charges.retrieve("ch_none"),
      () => stripe.refunds.retrieve("re_none"),
      () => stripe.events.retrieve("evt_none"),
      () => stripe.customers.retrieve("cus_none"),
      () => stripe.balanceTransactions.retrieve("txn_none"),
      () => stripe.paymentMethods.retrieve("pm_none"),
    ]) {
      expect(await errorOf(reading())).toMatchObject({ statusCode: 404, code: "resource_missing" });
    }
    expect(await errorOf(stripe.products.list())).toMatchObject({
      statusCode: 404,
      message: "Unrecognized request URL (GET: /v1/products).",
    });
  });

  test("lists are paged, the newest first", async () => {
    await using bench = await startBench();
    const { stripe } = bench;
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.unshift((await pay(stripe)).id);
    const first = await stripe.paymentIntents.list({ limit: 2 });
    expect(first).toMatchObject({ object: "list", has_more: true, url: "/v1/payment_intents" });
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const all: string[] = [];
    for await (const { id } of stripe.paymentIntents.list({ limit: 2 })) all.push(id);
    expect(all).toEqual(ids);
    const back = await stripe.paymentIntents.list({ limit: 2, ending_before: ids[4] ?? "" });
    expect(back.data.map(({ id }) => id)).toEqual(ids.slice(2, 4));
    const none = await stripe.paymentIntents.list({ created: { lt: 1_000 } });
    expect(none.data).toEqual([]);
    const expanded = await stripe.paymentIntents.list({
      limit: 1,
      expand: ["data.latest_charge"],
    });
    expect(expanded.data[0]?.latest_charge).toMatchObject({ object: "charge" });
    const charges = await stripe.charges.list({ payment_intent: ids[0] ?? "" });
    expect(charges.data).toHaveLength(1);
    const types = await stripe.events.list({ types: ["charge.succeeded"], limit: 100 });
    expect(types.data).toHaveLength(5);
    const byStar = await stripe.events.list({ type: "charge.*", limit: 100 });
    expect(byStar.data).toHaveLength(10);
  });

  test("a search finds by metadata what is old enough for the index", async () => {
    let now = Date.now();
    await using bench = await startBench({ now: () => now });
    const { stripe } = bench;
    const made = await stripe.paymentIntents.create({
      amount: 1_000,
      currency: "usd",
      metadata: { seat: "A 1" },
    });
    const find = async (query: string) =>
      (await stripe.paymentIntents.search({ query })).data.map(({ id }) => id);
    expect(await find("metadata['seat']:'A 1'")).toEqual([made.id]);
    expect(await find("metadata['seat']:'A'")).toEqual([]);
    expect(await find("metadata['row']:'A 1'")).toEqual([]);
    expect(await errorOf(find("status:'succeeded'"))).toMatchObject({ param: "query" });
    bench.standIn.control.searchLag(60);
    expect(await find("metadata['seat']:'A 1'")).toEqual([]);
    now += 61_000;
    expect(await find("metadata['seat']:'A 1'")).toEqual([made.id]);
  });

  test("replies say who answered, for which version, and that it is a test", async () => {
    await using bench = await startBench();
    const account = await bench.stripe.accounts.retrieveCurrent();
    expect(account).toMatchObject({
      object: "account",
      settings: { dashboard: { display_name: "Stripe stand-in (test mode)" } },
    });
    expect(account.lastResponse.requestId).toMatch(/^req_/);
    expect(account.lastResponse.headers["stripe-stand-in"]).toBe("test mode");
    expect(account.lastResponse.apiVersion).toMatch(/^\d{4}-\d\d-\d\d\./);
  });

  test("money becomes available after two days, or at once", async () => {
    let now = Date.now();
    await using bench = await startBench({ now: () => now });
    const expand = ["latest_charge.balance_transaction"];
    const paid = await pay(bench.stripe, "pm_card_visa", { expand });
    expect(paid).toMatchObject({
      latest_charge: { balance_transaction: { status: "pending", fee: 175, net: 4_825 } },
    });
    expect(await pay(bench.stripe, "pm_card_bypassPending", { expand })).toMatchObject({
      latest_charge: { balance_transaction: { status: "available" } },
    });
    now += 3 * 24 * 60 * 60 * 1000;
    const later = await bench.stripe.balanceTransactions.list({ type: "charge" });
    expect(later.data.map(({ status }) => status)).toEqual(["available", "available"]);
  });

  test("a customer belongs to a payment", async () => {
    await using bench = await startBench();
    const customer = await bench.stripe.customers.create({ email: "ada@example.com" });
    const paid = await pay(bench.stripe, "pm_card_visa", {
      customer: customer.id,
      expand: ["customer"],
    });
    expect(paid.customer).toMatchObject({ email: "ada@example.com" });
    const found = await bench.stripe.paymentIntents.list({ customer: customer.id });
    expect(found.data).toHaveLength(1);
  });
});
