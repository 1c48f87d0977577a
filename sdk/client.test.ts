// If this failed, calls would go out without what proves who asks, or without what makes them safe to repeat.
import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  BookingStatusError,
  canonicalText,
  ConnectionError,
  HoldExpiredError,
  LastMinuteLive,
  type LayoutDocument,
  NotFoundError,
  NotSignedInError,
  PaymentActionRequiredError,
  PaymentDeclinedError,
  PaymentLostError,
  PaymentPendingError,
  TicketUsedError,
  UsageError,
} from "./index.ts";
import {
  data,
  type Reply,
  type ScriptedFetch,
  scriptedFetch,
  type SeenRequest,
} from "./testing.ts";

const url = "http://box-office.test/graphql/";
const booking = {
  id: "b1",
  status: "draft",
  totalAmountCents: "2500",
  items: {
    nodes: [{ id: "i1", unitPriceCents: "2500" }],
    pageInfo: { hasNextPage: false, endCursor: null },
  },
};
const noMore = { hasNextPage: false, endCursor: null };

/** Answers by the operation's name; what is not listed fails to connect. */
function client(
  answers: Readonly<Record<string, (request: SeenRequest) => Reply>>,
  options: { readonly token?: string; readonly cartToken?: string; readonly retries?: number } = {},
): { lml: LastMinuteLive; seen: ScriptedFetch["seen"] } {
  const script = scriptedFetch((request) => {
    const name = request.operation === "" ? new URL(request.url).pathname : request.operation;
    return answers[name]?.(request) ?? new TypeError(`no answer for ${name}`);
  });
  const lml = new LastMinuteLive({ url, retries: 0, ...options, fetch: script.fetch });
  return { lml, seen: script.seen };
}

const hold = (): Reply => data({ holdSeats: { booking } });

describe("who asks", () => {
  test("is not told to whoever logs a client", () => {
    const { lml } = client({}, { token: "secret-session", cartToken: "secret-cart" });
    expect(lml.token).toBe("secret-session");
    expect(inspect(lml, { depth: null, showHidden: true })).not.toContain("secret");
    expect(JSON.stringify(lml)).not.toContain("secret");
  });

  test("a guest gets a token with the first hold, and keeps it", async () => {
    const { lml, seen } = client({ HoldSeats: hold });
    expect(lml.cartToken).toBeNull();
    await lml.hold("p1", ["s1"]);
    await lml.hold("p1", ["s2"]);
    expect(lml.cartToken).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(seen.map(({ headers }) => headers.get("x-cart-token"))).toEqual([
      lml.cartToken,
      lml.cartToken,
    ]);
    expect(seen[0]?.headers.has("authorization")).toBe(false);
    expect(seen[0]?.url).toBe("http://box-office.test/graphql");
    const other = client({ HoldSeats: hold });
    await other.lml.hold("p1", ["s1"]);
    expect(other.lml.cartToken).not.toBe(lml.cartToken);
  });

  test("a guest who comes back keeps the token they give", async () => {
    const { lml, seen } = client({ HoldSeats: hold }, { cartToken: "c".repeat(43) });
    await lml.hold("p1", ["s1"]);
    expect(seen[0]?.headers.get("x-cart-token")).toBe("c".repeat(43));
  });

  test("a user needs no cart, and is nobody after signing out", async () => {
    const session = { token: "t1", expiresAt: "2030-01-01T00:00:00Z", user: { id: "u1" } };
    const { lml, seen } = client({
      SignIn: () => data({ signIn: session }),
      HoldSeats: hold,
      SignOut: () => data({ signOut: { signedOut: true } }),
      CurrentUser: () => data({ currentUser: null }),
    });
    await lml.signIn({ email: "a@example.com", password: "long enough" });
    await lml.hold("p1", ["s1"]);
    expect(lml.token).toBe("t1");
    expect(lml.cartToken).toBeNull();
    expect(await lml.signOut()).toBe(true);
    expect(await lml.currentUser()).toBeNull();
    expect(seen.map(({ headers }) => headers.get("authorization"))).toEqual([
      null,
      "Bearer t1",
      "Bearer t1",
      null,
    ]);
  });

  test("whoever must be somebody and is not hears so", async () => {
    const { lml } = client({ CurrentUser: () => data({ currentUser: null }) });
    await expect(lml.acquireSeatLock({ eventId: "e", seatId: "s" })).rejects.toThrow(
      NotSignedInError,
    );
  });
});

test.each(["", "127.0.0.1:4000", "ftp://x", "http://"])("%j is no address", (address) => {
  expect(() => new LastMinuteLive({ url: address })).toThrow(UsageError);
});

describe("idempotency keys", () => {
  const keyOf = ({ variables }: SeenRequest): unknown =>
    (variables["input"] as Record<string, unknown>)["idempotencyKey"];

  test("are sent with every call that takes one, a new one each, also without retries", async () => {
    const { lml, seen } = client({ HoldSeats: hold });
    await lml.hold("p1", ["s1"]);
    await lml.hold("p1", ["s1"]);
    const keys = seen.map(keyOf);
    expect(keys[0]).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(keys[1]).not.toBe(keys[0]);
  });

  test("stay the same when a call is repeated", async () => {
    let calls = 0;
    const flaky = (): Reply => ((calls += 1) === 1 ? new TypeError("lost") : hold());
    const { lml, seen } = client({ HoldSeats: flaky }, { retries: 1 });
    await lml.hold("p1", ["s1"]);
    expect(seen).toHaveLength(2);
    expect(keyOf(seen[0] as SeenRequest)).toBe(keyOf(seen[1] as SeenRequest));
  });

  test("may be the caller's own", async () => {
    const { lml, seen } = client({ HoldSeats: hold });
    await lml.hold("p1", ["s1"], { idempotencyKey: "order-17" });
    expect(seen.map(keyOf)).toEqual(["order-17"]);
  });
});

describe("what must not be done twice", () => {
  const calls: Readonly<Record<string, (lml: LastMinuteLive) => Promise<unknown>>> = {
    completeSignUp: (lml) => lml.completeSignUp({ token: "a", password: "b" }),
    signIn: (lml) => lml.signIn({ email: "a", password: "b" }),
    release: (lml) => lml.release("b1", ["s1"]),
    scan: (lml) => lml.scan("p1", "credential"),
    acceptTicket: (lml) => lml.acceptTicket("token"),
    declineTicket: (lml) => lml.declineTicket("token"),
    registerScanner: (lml) => lml.registerScanner("v1", { name: "Scanner" }),
    releaseSeatLock: (lml) => lml.releaseSeatLock({ eventId: "e", seatId: "s", userId: "u" }),
    "acquireSeatLock without a booking": (lml) =>
      lml.acquireSeatLock({ eventId: "e", seatId: "s", userId: "u" }),
  };

  test.each(Object.keys(calls))("%s is sent once when the connection is lost", async (name) => {
    const { lml, seen } = client({}, { retries: 3 });
    await expect(calls[name]?.(lml)).rejects.toThrow(ConnectionError);
    expect(seen).toHaveLength(1);
  });

  test("a seat lock in a booking is repeated, for it changes nothing the second time", async () => {
    const { lml, seen } = client({}, { retries: 1 });
    const input = { eventId: "e", seatId: "s", userId: "u", bookingId: "b1" };
    await expect(lml.acquireSeatLock(input)).rejects.toThrow(ConnectionError);
    expect(seen).toHaveLength(2);
  });
});

describe("what comes back", () => {
  test("amounts are numbers, and lines a list, however many pages they fill", async () => {
    const more = { nodes: [{ id: "i2", unitPriceCents: "1" }], pageInfo: noMore };
    const items = { ...booking.items, pageInfo: { hasNextPage: true, endCursor: "c1" } };
    const { lml, seen } = client({
      Booking: () => data({ booking: { ...booking, items } }),
      BookingItems: () => data({ bookingItems: more }),
    });
    expect(await lml.booking("b1")).toMatchObject({
      totalAmountCents: 2500,
      items: [
        { id: "i1", unitPriceCents: 2500 },
        { id: "i2", unitPriceCents: 1 },
      ],
    });
    expect(seen[1]?.variables).toEqual({ bookingId: "b1", after: "c1" });
  });

  test("events come page by page, with only what was asked for as a condition", async () => {
    const page = (name: string, next: string | null): Reply =>
      data({
        events: {
          nodes: [{ title: name }],
          pageInfo: { hasNextPage: next !== null, endCursor: next },
        },
      });
    const { lml, seen } = client({
      Events: ({ variables }) => (variables["after"] === null ? page("A", "c1") : page("B", null)),
    });
    const titles: string[] = [];
    for await (const { title } of lml.events({}, { pageSize: 1 })) titles.push(title);
    expect(titles).toEqual(["A", "B"]);
    expect(seen.map(({ variables }) => variables)).toEqual([
      { first: 1, after: null },
      { first: 1, after: "c1" },
    ]);
  });

  test("a refusal at the door is an answer that says why", async () => {
    const scan = { id: "x", result: "already_scanned", code: "LMTUS", ticket: null };
    const { lml } = client({ ScanTicket: () => data({ scanTicket: { ticketScan: scan } }) });
    const { admitted, refusal } = await lml.scan("p1", "credential");
    expect(admitted).toBe(false);
    expect(refusal).toBeInstanceOf(TicketUsedError);
  });

  test("a gate is found by its name, once, and a misspelled one lets nobody in", async () => {
    const scan = { id: "x", result: "success", code: null, ticket: null };
    const nodes = [
      { id: "g1", venueId: "v", zoneId: "z", name: "North", closedAt: null },
      { id: "g2", venueId: "v", zoneId: null, name: "South", closedAt: "2026-01-01T00:00:00Z" },
    ];
    const pageInfo = { hasNextPage: false, endCursor: null };
    const { lml, seen } = client({
      EntryGates: () =>
        data({ performance: { event: { venue: { entryGates: { nodes, pageInfo } } } } }),
      ScanTicket: () => data({ scanTicket: { ticketScan: scan } }),
    });
    await lml.scan("p1", "one", { gate: "North" });
    await lml.scan("p1", "two", { gate: "North" });
    await expect(lml.scan("p1", "three", { gate: "Nort" })).rejects.toThrow(NotFoundError);
    await expect(lml.scan("p1", "three", { gate: "South" })).rejects.toThrow(NotFoundError);
    const asked = seen.map(({ variables }) => variables["input"] ?? "gates");
    expect(asked).toMatchObject(["gates", { gateId: "g1" }, { gateId: "g1" }, "gates"]);
  });

  test("a price that is not a whole number of minor units is not sent", async () => {
    const { lml, seen } = client({});
    await expect(
      lml.createTicketCategory({ eventId: "e", name: "N", priceCents: 19.99 }),
    ).rejects.toThrow(UsageError);
    expect(seen).toEqual([]);
  });
});

describe("a seat map", () => {
  const document: LayoutDocument = {
    format: "lml-layout/1",
    name: "Plan",
    categories: [],
    sections: [
      {
        name: "S",
        rows: [
          {
            name: "A",
            seats: ["1", "2", "3", "4", "5"].map((number, i) => ({
              number,
              x: i / 10,
              y: 0,
              category: "C",
            })),
          },
        ],
      },
    ],
  };
  const text = canonicalText(document);
  const layoutSha256 = createHash("sha256").update(text).digest("hex");
  const forever = { start: null, end: null };
  const past = { start: null, end: { value: "2020-01-01T00:00:00Z", inclusive: false } };
  const future = { start: { value: "2999-01-01T00:00:00Z", inclusive: true }, end: null };
  const category = (categoryNo: number, prices: readonly object[]): object => ({
    id: `c${categoryNo}`,
    categoryNo,
    name: `Category ${categoryNo}`,
    prices: { nodes: prices },
  });
  const answers = (availability: string | null) => ({
    SeatMap: () =>
      data({
        seatMap: { layoutSha256, availability, version: "1/2:2:" },
        seatCategories: { categoryNos: [1, 1, 2, 2, null] },
        performance: {
          id: "p1",
          eventId: "e1",
          currency: "EUR",
          layout: { id: "l1", sha256: layoutSha256 },
        },
      }),
    TicketCategories: () =>
      data({
        ticketCategories: {
          nodes: [
            category(1, [
              { priceCents: "100", validDuring: past },
              { priceCents: "5000", validDuring: forever },
            ]),
            category(2, [{ priceCents: "7000", validDuring: future }]),
          ],
          pageInfo: noMore,
        },
      }),
    [`/layouts/${layoutSha256}.json`]: () => new Response(text),
  });

  test("joins the plan with what is free and what it costs now", async () => {
    const { lml, seen } = client(answers("albrx"));
    const map = await lml.seatMap("p1");
    expect(map.currency).toBe("EUR");
    expect(
      map.seats.map(({ row, number, status, priceCents, category: its }) => [
        row + number,
        status,
        priceCents,
        its?.name ?? null,
      ]),
    ).toEqual([
      ["A1", "available", 5000, "Category 1"],
      ["A2", "locked", 5000, "Category 1"],
      ["A3", "booked", null, "Category 2"],
      ["A4", "reserved", null, "Category 2"],
      ["A5", "blocked", null, null],
    ]);
    await lml.seatMap("p1");
    expect(seen.filter((request) => request.url.includes("/layouts/"))).toHaveLength(1);
  });

  test("of a draft has no free seats", async () => {
    const { lml } = client(answers(null));
    const { seats } = await lml.seatMap("p1");
    expect(new Set(seats.map(({ status }) => status))).toEqual(new Set(["blocked"]));
  });

  test("reads a plan that is not public yet as the member who asks", async () => {
    const { lml } = client({
      ...answers(null),
      [`/layouts/${layoutSha256}.json`]: () =>
        Response.json(
          { errors: [{ message: "Not public.", extensions: { code: "LMNFD" } }] },
          { status: 404 },
        ),
      LayoutText: () => data({ venueLayout: { document: text } }),
    });
    expect((await lml.seatMap("p1")).seats).toHaveLength(5);
  });

  test("is refused when its parts do not fit together", async () => {
    const { lml } = client(answers("aaaa"));
    await expect(lml.seatMap("p1")).rejects.toThrow("5 seats, but 4 have a state");
  });

  test("of nothing is an error", async () => {
    const { lml } = client({ SeatMap: () => data({ seatMap: null, performance: null }) });
    await expect(lml.seatMap("p1")).rejects.toThrow(NotFoundError);
  });
});

describe("paying", () => {
  const config = { publishableKey: "pk_test_1", apiBase: "http://stripe.test", testMode: true };
  const session = {
    status: "pending",
    stripePaymentIntentId: "pi_1",
    clientSecret: "pi_1_secret_x",
  };
  const confirm = "/v1/payment_intents/pi_1/confirm";

  /** Progress as the server would tell it, one after the other; the last one stays. */
  function progress(...steps: readonly { status: string; session?: object | null }[]) {
    let at = 0;
    return (): Reply => {
      const step = steps[Math.min(at, steps.length - 1)];
      at += 1;
      return data({ booking: { status: step?.status }, paymentSession: step?.session ?? null });
    };
  }

  const answers = {
    "/payments/config": () => Response.json(config),
    [confirm]: () => Response.json({ id: "pi_1", status: "succeeded" }),
    Booking: () => data({ booking: { ...booking, status: "confirmed" } }),
  };

  test("waits for the secret, confirms at Stripe, and waits for the server to hear of it", async () => {
    const { lml, seen } = client({
      ...answers,
      PaymentProgress: progress(
        { status: "pending_payment" },
        { status: "pending_payment", session: { ...session, clientSecret: null } },
        { status: "pending_payment", session },
        { status: "pending_payment", session: { ...session, status: "succeeded" } },
        { status: "confirmed", session: { ...session, status: "succeeded" } },
      ),
    });
    const paid = await lml.pay("b1", { testCard: "visa" });
    expect(paid.status).toBe("confirmed");
    const call = seen.find((request) => request.url.endsWith(confirm));
    expect(call?.url).toBe(`http://stripe.test${confirm}`);
    expect(call?.headers.get("authorization")).toBe("Bearer pk_test_1");
    expect(call?.headers.get("idempotency-key")).toMatch(/.{30}/);
    expect(call?.headers.has("x-cart-token")).toBe(false);
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toEqual({
      client_secret: "pi_1_secret_x",
      payment_method: "pm_card_visa",
    });
  });

  test("asks Stripe for nothing when the booking is paid", async () => {
    const { lml, seen } = client({
      ...answers,
      PaymentProgress: progress({ status: "confirmed" }),
    });
    expect((await lml.pay("b1", { testCard: "visa" })).status).toBe("confirmed");
    expect(seen.some(({ url: to }) => to.includes("stripe.test"))).toBe(false);
  });

  test("tells a declined card from every other failure", async () => {
    const error = {
      type: "card_error",
      code: "card_declined",
      decline_code: "insufficient_funds",
      message: "Your card has insufficient funds.",
    };
    const { lml, seen } = client(
      {
        ...answers,
        PaymentProgress: progress({ status: "pending_payment", session }),
        [confirm]: () => Response.json({ error }, { status: 402 }),
      },
      { retries: 3 },
    );
    const paying = lml.pay("b1", { testCard: "insufficientFunds" });
    await expect(paying).rejects.toThrow(PaymentDeclinedError);
    await expect(paying).rejects.toMatchObject({
      code: "PAYMENT_DECLINED",
      declineCode: "insufficient_funds",
      message: "Your card has insufficient funds.",
      status: 402,
    });
    expect(seen.filter((request) => request.url.endsWith(confirm))).toHaveLength(1);
  });

  test("takes a payment that Stripe has already as paid", async () => {
    const error = {
      type: "invalid_request_error",
      code: "payment_intent_unexpected_state",
      payment_intent: { status: "succeeded" },
    };
    const { lml } = client({
      ...answers,
      PaymentProgress: progress({ status: "pending_payment", session }, { status: "confirmed" }),
      [confirm]: () => Response.json({ error }, { status: 400 }),
    });
    expect((await lml.pay("b1", { testCard: "visa" })).status).toBe("confirmed");
  });

  test("repeats a confirmation that Stripe could not serve, under the same key", async () => {
    let calls = 0;
    const { lml, seen } = client(
      {
        ...answers,
        PaymentProgress: progress({ status: "pending_payment", session }, { status: "confirmed" }),
        [confirm]: () =>
          (calls += 1) === 1
            ? Response.json({ error: { type: "api_error" } }, { status: 500 })
            : answers[confirm](),
      },
      { retries: 1 },
    );
    await lml.pay("b1", { testCard: "visa" });
    const keys = seen
      .filter((request) => request.url.endsWith(confirm))
      .map(({ headers }) => headers.get("idempotency-key"));
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  test("sends the buyer to the bank when the bank wants to see them", async () => {
    const action = { redirect_to_url: { url: "http://bank.test/3ds" } };
    const { lml } = client({
      ...answers,
      PaymentProgress: progress({ status: "pending_payment", session }),
      [confirm]: () => Response.json({ status: "requires_action", next_action: action }),
    });
    const paying = lml.pay("b1", { paymentMethod: "pm_1" }, { returnUrl: "http://shop.test" });
    await expect(paying).rejects.toThrow(PaymentActionRequiredError);
    await expect(paying).rejects.toMatchObject({ redirectUrl: "http://bank.test/3ds" });
  });

  test("does not take test cards in live mode", async () => {
    const { lml } = client({
      ...answers,
      "/payments/config": () => Response.json({ ...config, testMode: false }),
      PaymentProgress: progress({ status: "pending_payment", session }),
    });
    await expect(lml.pay("b1", { testCard: "visa" })).rejects.toThrow(UsageError);
  });

  test.each([
    { status: "draft", type: BookingStatusError },
    { status: "expired", type: HoldExpiredError },
    { status: "canceled", type: BookingStatusError },
  ])("does not pay for a booking that is $status", async ({ status, type }) => {
    const { lml } = client({ ...answers, PaymentProgress: progress({ status }) });
    await expect(lml.pay("b1", { testCard: "visa" })).rejects.toThrow(type);
  });

  test("stops waiting at the deadline, and says that it may still succeed", async () => {
    const { lml } = client({
      ...answers,
      PaymentProgress: progress({ status: "pending_payment", session }),
    });
    const paying = lml.pay("b1", { testCard: "visa" }, { deadlineMs: 250 });
    await expect(paying).rejects.toThrow(PaymentPendingError);
  });

  test("tells when the booking was lost while it was paid for", async () => {
    const { lml } = client({
      ...answers,
      PaymentProgress: progress(
        { status: "pending_payment", session },
        { status: "expired", session },
        { status: "refunded", session },
      ),
    });
    await expect(lml.pay("b1", { testCard: "visa" })).rejects.toThrow(PaymentLostError);
  });
});
