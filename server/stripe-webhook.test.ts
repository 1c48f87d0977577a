// If these failed, somebody other than Stripe could mark bookings as paid, or an event of Stripe's would be lost.
import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { randomToken, startTestServer, testStripe, type TestServer } from "./testing.ts";

let server: TestServer;
const stripe = new Stripe(testStripe.secretKey);

beforeAll(async () => {
  const webhookSecret = `${testStripe.webhookSecret},whsec_connect`;
  server = await startTestServer({ stripe: { ...testStripe, webhookSecret } });
});

afterAll(() => server[Symbol.asyncDispose]());

beforeEach(async () => {
  const owner = await server.database.connect("lml_owner");
  await owner.query("delete from app_private.stripe_events");
});

interface EventOptions {
  readonly id?: string;
  readonly livemode?: boolean;
  readonly [field: string]: unknown;
}

function eventText({
  id = `evt_${randomToken().replaceAll("-", "")}`,
  ...more
}: EventOptions = {}): string {
  return JSON.stringify({
    id,
    object: "event",
    type: "payment_intent.succeeded",
    created: Math.floor(Date.now() / 1000),
    livemode: false,
    data: { object: { id: "pi_test", object: "payment_intent" } },
    ...more,
  });
}

interface SignOptions {
  readonly secret?: string;
  /** Seconds from now. */
  readonly at?: number;
}

function signatureOf(
  payload: string,
  { secret = testStripe.webhookSecret, at = 0 }: SignOptions = {},
): string {
  const timestamp = Math.floor(Date.now() / 1000) + at;
  return stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
}

async function post(
  body: string,
  signature: string | undefined,
): Promise<{ status: number; code: unknown; body: Record<string, unknown> }> {
  const response = await fetch(`${server.url}/stripe/webhook`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(signature === undefined ? {} : { "stripe-signature": signature }),
    },
    body,
  });
  const answer = (await response.json()) as {
    errors?: { extensions: { code: string } }[];
  } & Record<string, unknown>;
  return { status: response.status, code: answer.errors?.[0]?.extensions.code, body: answer };
}

async function inbox(): Promise<{ id: string; livemode: boolean; jobs: number }[]> {
  const owner = await server.database.connect("lml_owner");
  const { rows } = await owner.query(
    `select e.id, e.livemode, (
      select count(*)::int from graphile_worker.jobs as j
      where j.task_identifier = 'stripe_event__apply'
    ) as jobs
    from app_private.stripe_events as e order by e.id`,
  );
  return rows;
}

test("an event of Stripe's is stored with a job before it is answered", async () => {
  const text = eventText({ id: "evt_first" });
  expect(await post(text, signatureOf(text))).toEqual({
    status: 200,
    code: undefined,
    body: { received: true },
  });
  const [stored] = await inbox();
  expect(stored).toMatchObject({ id: "evt_first", livemode: false });
  expect(stored?.jobs).toBeGreaterThan(0);
});

test("an event of the endpoint for connected accounts is signed with a secret of its own", async () => {
  const text = eventText({ id: "evt_connect" });
  expect(await post(text, signatureOf(text, { secret: "whsec_connect" }))).toMatchObject({
    status: 200,
  });
  expect((await inbox()).map(({ id }) => id)).toEqual(["evt_connect"]);
});

test("an event that comes again, even at the same moment, is answered alike and stored once", async () => {
  const text = eventText({ id: "evt_again" });
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(text, signatureOf(text))));
  answers.push(await post(text, signatureOf(text, { at: -10 })));
  for (const { status } of answers) expect(status).toBe(200);
  expect((await inbox()).map(({ id }) => id)).toEqual(["evt_again"]);
});

test("forged, changed or unsigned events are refused and stored nowhere", async () => {
  const text = eventText();
  const good = signatureOf(text);
  const cases: [string, string | undefined][] = [
    [text, signatureOf(text, { secret: "whsec_other" })],
    [text.replace("pi_test", "pi_mine"), good],
    [text, undefined],
    [text, ""],
    [text, "t=1,v1=00"],
    [text, good.replace("v1=", "v0=")],
    [text, `t=${Math.floor(Date.now() / 1000)}`],
    ["", good],
    ["not json", signatureOf("not json")],
    // A second time does not move what was signed.
    [text, `${good},t=${Math.floor(Date.now() / 1000) + 1}`],
  ];
  for (const [body, signature] of cases) {
    expect(await post(body, signature), signature).toMatchObject({ status: 400, code: "LMWHK" });
  }
  expect(await inbox()).toEqual([]);
});

test.each([-301, -86_400, 302, 86_400])(
  "an event signed %d seconds away is refused",
  async (at) => {
    const text = eventText();
    expect(await post(text, signatureOf(text, { at }))).toMatchObject({
      status: 400,
      code: "LMWHT",
    });
    expect(await inbox()).toEqual([]);
  },
);

test.each([-290, 290])("an event signed %d seconds away is taken: clocks differ", async (at) => {
  const text = eventText();
  expect(await post(text, signatureOf(text, { at }))).toMatchObject({ status: 200 });
  expect(await inbox()).toHaveLength(1);
});

test("an event of the other mode is refused", async () => {
  for (const livemode of [true, undefined, "false"]) {
    const text = eventText({ livemode } as EventOptions);
    expect(await post(text, signatureOf(text))).toMatchObject({ status: 400, code: "LMWHM" });
  }
  expect(await inbox()).toEqual([]);
});

test("what is signed but no event is refused, and so is what is too long", async () => {
  for (const text of [
    eventText({ id: "not an id" }),
    eventText({ created: "yesterday" }),
    eventText({ type: undefined }),
    eventText({ note: "\u0000" }),
  ]) {
    expect(await post(text, signatureOf(text)), text).toMatchObject({ status: 400, code: "LMINP" });
  }
  const long = eventText({ filler: "x".repeat(600 * 1024) });
  expect(await post(long, signatureOf(long))).toMatchObject({ status: 413, code: "LMBIG" });
  expect(await inbox()).toEqual([]);
});

test("nothing but POST reaches the door", async () => {
  expect((await fetch(`${server.url}/stripe/webhook`)).status).toBe(404);
});
