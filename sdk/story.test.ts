// If this failed, a program that uses the client could not sell, buy or let people in.
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  AccountLockedError,
  type Booking,
  BookingNotFoundError,
  CodeNeededError,
  DuplicateSeatsError,
  LastMinuteLiveError,
  MailedTokenError,
  NotAllowedError,
  NotFoundError,
  NotSignedInError,
  PaymentDeclinedError,
  type Performance,
  QuantityError,
  type Seat,
  SeatsTakenError,
  SessionEndedError,
  SlugTakenError,
  TicketUsedError,
  UnknownSeatsError,
  UnknownTicketError,
  WeakPasswordError,
  WrongCodeError,
  WrongCredentialsError,
} from "./index.ts";
import {
  freeSeats,
  openAccount,
  putOnSale,
  smallHall,
  startOffice,
  type TestOffice,
  tokenIn,
} from "./testing-office.ts";

let office: TestOffice;
let performance: Performance;
const password = "a long enough password";

beforeAll(async () => {
  office = await startOffice();
  const prices = { Good: 5000, Cheap: 2000 };
  performance = await putOnSale(office, office.client(), { layout: smallHall, prices });
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
});

async function free(category: string, count: number): Promise<readonly Seat[]> {
  return await freeSeats(office.client(), performance, count, category);
}

async function refusalOf(call: Promise<unknown>): Promise<LastMinuteLiveError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof LastMinuteLiveError) return error;
    throw error;
  }
  throw new Error("This should have been refused.");
}

describe("a guest", () => {
  test("finds the event, its date, its prices and its seats", async () => {
    const lml = office.client();
    const [event] = await lml.events().toArray(10);
    expect(event).toMatchObject({ title: "The Tempest", currency: "EUR", status: "published" });
    expect(event?.venue).toMatchObject({ name: "Great hall", timezone: "Europe/Vienna" });
    if (event === undefined) throw new Error("There is no event.");
    expect(await lml.event(event)).toEqual(event);
    expect(await lml.performances(event).toArray(10)).toEqual([performance]);
    expect(await lml.performance(performance)).toEqual(performance);
    const categories = await lml.categories(event);
    expect(categories.map(({ name, priceCents }) => [name, priceCents])).toEqual([
      ["Good", 5000],
      ["Cheap", 2000],
    ]);
    const layout = await lml.layout(performance);
    expect(layout.name).toBe("Small hall");
    expect(layout.seats).toHaveLength(20);
    const { seats, currency } = await lml.seatMap(performance);
    expect(currency).toBe("EUR");
    expect(seats.map(({ id }) => id)).toEqual(layout.seats.map(({ id }) => id));
    expect(seats[0]).toMatchObject({ section: "Stalls", row: "A", number: "1", priceCents: 5000 });
  });

  test("buys with a second card when the first is declined, and gets in once", async () => {
    const lml = office.client();
    const seats = await free("Good", 2);
    const held = await lml.hold(performance, seats);
    expect(held).toMatchObject({ status: "draft", subtotalCents: 10_000, currency: "EUR" });
    expect(held.items).toHaveLength(1);
    expect(Date.parse(held.expiresAt ?? "")).toBeGreaterThan(Date.now() + 5 * 60_000);
    const statuses = (await lml.seatMap(performance)).seats.slice(0, 2).map(({ status }) => status);
    expect(statuses).toEqual(["locked", "locked"]);

    const contact = { email: "guest@example.com", firstName: "Gina", lastName: "Guest" };
    const frozen = await lml.startCheckout(held, contact);
    expect(frozen).toMatchObject({ status: "pending_payment", customerEmail: contact.email });

    const refusal = await refusalOf(lml.pay(held, { testCard: "insufficientFunds" }));
    expect(refusal).toBeInstanceOf(PaymentDeclinedError);
    expect(refusal).toMatchObject({ declineCode: "insufficient_funds" });
    expect((await lml.booking(held))?.status).toBe("pending_payment");

    const paid = await lml.pay(held, { testCard: "visa" });
    expect(paid).toMatchObject({ id: held.id, status: "confirmed" });
    expect(paid.totalAmountCents).toBe(frozen.totalAmountCents);
    expect(await lml.pay(held, { testCard: "visa" })).toEqual(paid);

    const tickets = await lml.tickets(paid);
    expect(tickets.map(({ rowName, seatNumber }) => [rowName, seatNumber])).toEqual(
      seats.map(({ row, number }) => [row, number]),
    );
    const sum = tickets.reduce((total, { totalPaidCents }) => total + totalPaidCents, 0);
    expect(sum).toBe(paid.totalAmountCents);

    const [ticket] = tickets;
    const credential = ticket?.credential ?? "";
    expect(credential).toMatch(/^.{43}$/);
    const door = office.client();
    await door.signIn({ email: "organizer@example.com", password });
    expect((await door.tickets(paid)).map((each) => each.credential)).toEqual([null, null]);
    const first = await door.scan(performance, credential, { gate: "North" });
    expect(first).toMatchObject({ admitted: true, refusal: null, gate: "North" });
    expect(first.ticket).toMatchObject({ id: ticket?.id, status: "used" });
    const second = await door.scan(performance, credential);
    expect(second.admitted).toBe(false);
    expect(second.refusal).toBeInstanceOf(TicketUsedError);
    const forged = await door.scan(performance, "A".repeat(43));
    expect(forged.refusal).toBeInstanceOf(UnknownTicketError);
    await expect(lml.scan(performance, credential)).rejects.toThrow(NotSignedInError);
  });

  test("goes on with another client by the token of the cart, which others do not have", async () => {
    const lml = office.client();
    const held = await lml.hold(performance, await free("Cheap", 1));
    const later = office.client({ cartToken: lml.cartToken });
    expect(await later.booking(held)).toEqual(held);
    expect(await later.bookings().toArray(10)).toEqual([held]);
    const stranger = office.client();
    await stranger.hold(performance, await free("Cheap", 1));
    expect(await stranger.booking(held)).toBeNull();
    await expect(stranger.tickets(held)).rejects.toThrow(BookingNotFoundError);
    await expect(stranger.cancel(held)).rejects.toThrow(BookingNotFoundError);
    await expect(stranger.startCheckout(held, { email: "x@example.com" })).rejects.toThrow(
      BookingNotFoundError,
    );
    expect((await later.cancel(held, { reason: "Changed my mind" })).status).toBe("canceled");
  });

  test("adds seats to the cart and lets some go", async () => {
    const lml = office.client();
    const [a, b, c] = await free("Cheap", 3);
    if (a === undefined || b === undefined || c === undefined) throw new Error("Sold out.");
    const held = await lml.hold(performance, [a, b]);
    const more = await lml.hold(performance, [c.id], { booking: held });
    expect(more).toMatchObject({ id: held.id, subtotalCents: 6_000 });
    const less = await lml.release(more, [a, c]);
    expect(less).toMatchObject({ id: held.id, subtotalCents: 2_000 });
    await expect(lml.release(less, [a])).rejects.toThrow(UnknownSeatsError);
    await lml.cancel(held);
    expect(await free("Cheap", 3)).toEqual([a, b, c]);
  });

  test("is told which seats somebody else has, and holds none of the others", async () => {
    const [a, b] = await free("Cheap", 2);
    if (a === undefined || b === undefined) throw new Error("Sold out.");
    const quick = office.client();
    const held = await quick.hold(performance, [a]);
    const refusal = await refusalOf(office.client().hold(performance, [a, b]));
    expect(refusal).toBeInstanceOf(SeatsTakenError);
    expect(refusal).toMatchObject({ seatIds: [a.id] });
    expect(refusal.requestId).not.toBeNull();
    expect((await free("Cheap", 1))[0]?.id).toBe(b.id);
    await quick.cancel(held);
  });

  test("holds and checks out once, whatever the network loses", async () => {
    let sent = 0;
    // Every first attempt reaches the server, and its answer nobody.
    const lossy: typeof fetch = async (...request) => {
      const answer = await fetch(...request);
      sent += 1;
      if (sent % 2 === 1) throw new TypeError("The connection was lost.");
      return answer;
    };
    const lml = office.client({ fetch: lossy });
    const seats = await free("Cheap", 2);
    const held = await lml.hold(performance, seats);
    expect(await lml.bookings().toArray(10)).toEqual([held]);
    const frozen = await lml.startCheckout(held, { email: "lossy@example.com" });
    expect(frozen).toMatchObject({ id: held.id, status: "pending_payment" });
    const canceled = await lml.cancel(held);
    expect(canceled).toMatchObject({ id: held.id, status: "canceled" });
    expect((await free("Cheap", 2)).map(({ id }) => id)).toEqual(seats.map(({ id }) => id));
  });

  test("gets the same booking for the same idempotency key", async () => {
    const lml = office.client();
    const seats = await free("Cheap", 1);
    const held = await lml.hold(performance, seats, { idempotencyKey: "click-1" });
    const again = await lml.hold(performance, seats, { idempotencyKey: "click-1" });
    expect(again).toEqual(held);
    await lml.cancel(held);
  });

  test("hears what is wrong with a choice", async () => {
    const lml = office.client();
    const [seat] = await free("Cheap", 1);
    if (seat === undefined) throw new Error("Sold out.");
    await expect(lml.hold(performance, [])).rejects.toThrow(QuantityError);
    await expect(lml.hold(performance, [seat, seat])).rejects.toThrow(DuplicateSeatsError);
    const unknown = await refusalOf(lml.hold(performance, [seat.id, "0".repeat(64)]));
    expect(unknown).toMatchObject({ name: "UnknownSeatsError", seatIds: ["0".repeat(64)] });
    const nowhere = "00000000-0000-7000-8000-000000000000";
    await expect(lml.hold(nowhere, [seat])).rejects.toThrow(NotFoundError);
    await expect(lml.seatMap(nowhere)).rejects.toThrow(NotFoundError);
    expect(await lml.event(nowhere)).toBeNull();
  });
});

describe("somebody with an account", () => {
  test("signs up, in and out", async () => {
    const lml = office.client();
    const person = { email: "ada@example.com", firstName: "Ada", lastName: "Adler" };
    await expect(lml.signUp({ ...person, password: "short" })).rejects.toThrow(WeakPasswordError);
    const session = await openAccount(office, lml, { ...person, password });
    expect(session.user).toMatchObject(person);
    expect(await lml.currentUser()).toEqual(session.user);
    expect(await lml.memberships()).toEqual([]);
    expect(await lml.updateProfile({ phone: "+43123456" })).toMatchObject({
      ...person,
      phone: "+43123456",
    });
    const more = {
      address: { line1: "Ring 1", city: "Wien", country: "AT" },
      avatarUrl: "https://pictures.example/ada.png",
      language: "de-AT",
      dateOfBirth: "1990-02-28",
    };
    expect(await lml.updateProfile(more)).toMatchObject(more);
    await lml.updateProfile({
      phone: "",
      address: {},
      avatarUrl: "",
      language: "",
      dateOfBirth: "",
    });
    // The same answer, though there is an account now: its owner is told by mail.
    expect(await office.client().signUp({ ...person, password })).toBeUndefined();
    await expect(
      office.client().signIn({ email: person.email, password: "not the password" }),
    ).rejects.toThrow(WrongCredentialsError);
    const resumed = office.client({ token: session.token });
    expect(await resumed.currentUser()).toEqual(session.user);
    expect(await lml.signOut()).toBe(true);
    expect(lml.token).toBeNull();
    expect(await lml.currentUser()).toBeNull();
    expect(await resumed.currentUser()).toBeNull();
    const held = resumed.hold(performance, await free("Cheap", 1));
    await expect(held).rejects.toThrow(SessionEndedError);
  });

  test("gets along without a forgotten password, by mail", async () => {
    const lml = office.client();
    const email = "forgetful@example.com";
    await openAccount(office, lml, {
      email,
      password,
      firstName: "Flora",
      lastName: "Forgetful",
    });
    const verification = await office.mailTo(email);
    expect(verification).toContain("https://shop.example/complete-sign-up?token=");
    const again = { token: tokenIn(verification), password };
    await expect(lml.completeSignUp(again)).rejects.toThrow(MailedTokenError);
    await expect(lml.verifyEmail(tokenIn(verification))).rejects.toThrow(MailedTokenError);
    expect((await lml.currentUser())?.emailVerifiedAt).not.toBeNull();

    const guest = office.client();
    await guest.requestPasswordReset({ email });
    await guest.requestPasswordReset({ email: "nobody@example.com" });
    let mail = verification;
    while (!mail.includes("reset-password")) mail = await office.mailTo(email);
    await guest.resetPassword({ token: tokenIn(mail), password: "remembered for good" });
    expect(await lml.currentUser()).toBeNull();
    await guest.signIn({ email, password: "remembered for good", device: "phone" });
    const second = office.client();
    await second.signIn({ email, password: "remembered for good", device: "laptop" });
    const devices = await guest.sessions();
    const laptop = devices.find(({ device }) => device === "laptop");
    await guest.revokeSession(laptop?.id ?? "");
    expect(await second.currentUser()).toBeNull();

    const before = guest.token;
    await guest.refreshSession();
    expect(guest.token).not.toBe(before);
    expect(await office.client({ token: before }).currentUser()).toBeNull();
    const { secret } = await guest.enrollTwoFactor({ currentPassword: "remembered for good" });
    const app = new TOTP({ secret: Secret.fromBase32(secret) });
    const [recoveryCode] = await guest.confirmTwoFactor({ code: app.generate() });
    const enter = { email, password: "remembered for good" };
    await expect(second.signIn(enter)).rejects.toThrow(CodeNeededError);
    await expect(second.signIn({ ...enter, code: "123" })).rejects.toThrow(WrongCodeError);
    const { deviceToken } = await second.signIn({ ...enter, recoveryCode, trustDevice: true });
    await second.signIn({ ...enter, deviceToken: deviceToken ?? "" });
    const [trusted] = await second.trustedDevices();
    await second.revokeTrustedDevice(trusted?.id ?? "");
    const untrusted = second.signIn({ ...enter, deviceToken: deviceToken ?? "" });
    await expect(untrusted).rejects.toThrow(CodeNeededError);
    const spent = second.removeTwoFactor({ currentPassword: enter.password, recoveryCode });
    await expect(spent).rejects.toThrow(WrongCodeError);
    await second.removeTwoFactor({
      currentPassword: enter.password,
      code: app.generate({ timestamp: Date.now() + 30_000 }),
    });

    await guest.changePassword({
      currentPassword: "remembered for good",
      newPassword: "another good password",
    });
    // Consent, and everything that is known.
    const given = await guest.giveConsent({ purpose: "newsletter", wordingVersion: "2026-01" });
    expect(await guest.currentConsents()).toEqual([given]);
    expect((await guest.withdrawConsent({ purpose: "newsletter" })).isGiven).toBe(false);
    expect((await guest.sessions()).map(({ logoutReason }) => logoutReason)).toContain("security");
    const known = JSON.stringify(await guest.exportMyData());
    expect(known).toContain(email);
    expect(known).toContain("newsletter");
    expect(known).not.toContain("argon2");

    await expect(guest.requestErasure({ currentPassword: "not this one" })).rejects.toThrow(
      WrongCredentialsError,
    );
    await guest.requestErasure({ currentPassword: "another good password" });
    // Closed at once, and unknown as soon as the job has forgotten the person.
    const refusal: unknown = await office
      .client()
      .signIn({ email, password: "another good password" })
      .catch((error: unknown) => error);
    expect([AccountLockedError, WrongCredentialsError]).toContain((refusal as Error).constructor);
  });

  test("locks single seats as older programs do", async () => {
    const lml = office.client();
    const { user } = await openAccount(office, lml, {
      email: "lock@example.com",
      password,
      firstName: "Lena",
      lastName: "Lock",
    });
    const { eventId } = performance;
    const [a, b] = await free("Cheap", 2);
    if (a === undefined || b === undefined) throw new Error("Sold out.");
    expect(await lml.acquireSeatLock({ eventId, seatId: a.id })).toBe(true);
    const [booking] = await lml.bookings().toArray(1);
    const bookingId = (booking as Booking).id;
    expect(await lml.acquireSeatLock({ eventId, seatId: b.id, bookingId })).toBe(true);
    expect(await lml.acquireSeatLock({ eventId, seatId: b.id, bookingId })).toBe(true);
    const other = office.client();
    await other.signIn({ email: "organizer@example.com", password });
    expect(await other.acquireSeatLock({ eventId, seatId: a.id })).toBe(false);
    expect(await lml.releaseSeatLock({ eventId, seatId: a.id, userId: user.id })).toBe(true);
    expect(await lml.releaseSeatLock({ eventId, seatId: a.id })).toBe(false);
    await lml.cancel(bookingId);
  });

  test("may do in an organization only what their role allows", async () => {
    const organizer = office.client();
    await organizer.signIn({ email: "organizer@example.com", password });
    const [membership] = await organizer.memberships();
    expect(membership).toMatchObject({ role: "owner", organization: { slug: "playhouse" } });
    const organization = { name: "Copy", slug: "playhouse", email: "copy@example.com" };
    await expect(organizer.createOrganization(organization)).rejects.toThrow(SlugTakenError);
    await expect(office.client().createOrganization(organization)).rejects.toThrow(
      NotSignedInError,
    );
    const stranger = office.client();
    await openAccount(office, stranger, {
      email: "stranger@example.com",
      password,
      firstName: "Stan",
      lastName: "Stranger",
    });
    await expect(stranger.publishEvent(performance.eventId)).rejects.toThrow(NotFoundError);
    const buyer = office.client();
    const seats = await free("Cheap", 1);
    const held = await buyer.hold(performance, seats);
    await buyer.startCheckout(held, { email: "buyer@example.com" });
    const paid = await buyer.pay(held, { testCard: "mastercard" });
    await expect(buyer.cancel(paid)).rejects.toThrow(NotAllowedError);
    expect((await organizer.cancel(paid)).status).toBe("canceled");
    expect((await buyer.tickets(paid)).map(({ status }) => status)).toEqual(["canceled"]);
  });
});

test("everything is consistent in the end", async () => {
  const client = await office.database.connect("lml_worker");
  const { rows } = await client.query("select * from app_public.check_invariants()");
  expect(rows).toEqual([]);
});
