// If these tests failed, somebody who bought while being forgotten would be half forgotten, or their money would be lost.
import { expect, test } from "vitest";
import { holdOf, Theatre, type Session } from "./theatre.ts";

/** Ada has a cart, and her account is closed with the wish to be forgotten, unless it is still open. */
async function withCart(theatre: Theatre): Promise<{ ada: Session; cart: string }> {
  const ada = await theatre.user("ada");
  const cart = await ada.value<string>(`select ${holdOf([1])}`);
  return { ada, cart };
}

const checkOut = (cart: string): string =>
  `select (app_public.start_checkout('${cart}', 'ada.buys@example.com', 'Ada', 'Buyer')).status::text`;

const request = `select app_private.request_erasure() is not null`;

/** As the server calls it: the login role with her token. */
async function adaAsServer(theatre: Theatre): Promise<Session> {
  return await theatre.session(
    "select set_config('lml.session_token', tests.token('session of ada'), true)",
  );
}

/** Asks for the erasure of an account that was closed by other means, as a retention rule does. */
async function requestedFor(theatre: Theatre): Promise<string> {
  return await theatre.value<string>(
    `insert into app_public.privacy_requests (kind, user_id)
    values ('erasure', tests.user_id('ada')) returning id`,
  );
}

const named = `select count(*)::integer from app_public.bookings
  where customer_email is not null or customer_name is not null`;

test("a checkout that comes first is waited for, and its payment is withdrawn with the account", async () => {
  await using theatre = await Theatre.open();
  const { ada, cart } = await withCart(theatre);
  const server = await adaAsServer(theatre);
  await ada.begin();
  expect(await ada.run(checkOut(cart))).toEqual(["pending_payment"]);
  const erasing = server.once(request);
  await server.waits();
  await ada.commit();
  expect(await erasing).toEqual([true]);
  expect(await theatre.status(cart)).toBe("canceled");
  expect(await theatre.broken()).toEqual([]);
});

test("a checkout that comes second finds its cart canceled, and writes nothing about anybody", async () => {
  await using theatre = await Theatre.open();
  const { ada, cart } = await withCart(theatre);
  const server = await adaAsServer(theatre);
  await server.begin();
  expect(await server.run(request)).toEqual([true]);
  const checkingOut = ada.once(checkOut(cart));
  await ada.waits();
  await server.commit();
  expect(await checkingOut).toBe("LMBST");
  expect(await theatre.value(named)).toBe(0);
});

test("the job waits for a checkout that has its booking, and then for its money", async () => {
  await using theatre = await Theatre.open();
  const { ada, cart } = await withCart(theatre);
  const id = await requestedFor(theatre);
  const job = await theatre.worker();
  await ada.begin();
  await ada.run(checkOut(cart));
  const erasing = job.once(`select app_private.erase_user('${id}')`);
  await job.waits();
  await ada.commit();
  expect(await erasing).toBe("LMOPN");
  expect(await theatre.status(cart)).toBe("pending_payment");
  expect(await theatre.value(named)).toBe(1);
});

test("a checkout that waits for the job finds its cart given up", async () => {
  await using theatre = await Theatre.open();
  const { ada, cart } = await withCart(theatre);
  const id = await requestedFor(theatre);
  const job = await theatre.worker();
  await job.begin();
  expect(await job.run(`select app_private.erase_user('${id}')`)).toEqual([true]);
  const checkingOut = ada.once(checkOut(cart));
  await ada.waits();
  await job.commit();
  expect(await checkingOut).toBe("LMBST");
  expect(await theatre.value(named)).toBe(0);
});

test("control: when the job leaves carts alone, the checkout names the forgotten again", async () => {
  await using theatre = await Theatre.open();
  await theatre.weaken(
    "app_private.erase_user",
    "b.user_id = v_request.user_id and b.status = 'draft'",
    "false",
  );
  const { ada, cart } = await withCart(theatre);
  const id = await requestedFor(theatre);
  const job = await theatre.worker();
  await job.begin();
  await job.run(`select app_private.erase_user('${id}')`);
  const checkingOut = ada.once(checkOut(cart));
  await ada.waits();
  await job.commit();
  expect(await checkingOut).toEqual(["pending_payment"]);
  expect(await theatre.value(named)).toBe(1);
});

test("a hold that is being made is seen: the job begins anew, and then has it, too", async () => {
  await using theatre = await Theatre.open();
  const ada = await theatre.user("ada");
  const id = await requestedFor(theatre);
  const job = await theatre.worker();
  await ada.begin();
  await ada.run(`select ${holdOf([2])}`);
  const erasing = job.once(`select app_private.erase_user('${id}')`);
  await job.waits();
  await ada.commit();
  expect(await erasing).toBe("40001");
  expect(await job.once(`select app_private.erase_user('${id}')`)).toEqual([true]);
  expect(await theatre.broken()).toEqual([]);
});

test("two jobs for one wish do it once", async () => {
  await using theatre = await Theatre.open();
  await theatre.user("ada");
  const id = await requestedFor(theatre);
  const [one, other] = [await theatre.worker(), await theatre.worker()];
  await one.begin();
  expect(await one.run(`select app_private.erase_user('${id}')`)).toEqual([true]);
  const second = other.once(`select app_private.erase_user('${id}')`);
  await other.waits();
  await one.commit();
  expect(await second).toEqual([false]);
});

test("a guest's checkout that has become a customer's is waited for, and its money keeps the customer", async () => {
  await using theatre = await Theatre.open();
  await theatre.sell("paid", 1, 1);
  const customer = await theatre.value<string>("select id from app_public.customers");
  const cart = await theatre.hold("cart", 1, 2);
  const guest = await theatre.guest(1);
  const admin = await theatre.user("theatre admin");
  await guest.begin();
  await guest.run(`select (app_public.start_checkout('${cart}', 'g1@example.com')).id`);
  const erasing = admin.once(`select (app_public.erase_customer('${customer}')).id`);
  await admin.waits();
  await guest.commit();
  expect(await erasing).toBe("40001");
  expect(await admin.once(`select (app_public.erase_customer('${customer}')).id`)).toBe("LMOPN");
});
