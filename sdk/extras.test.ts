// If this failed, a program could not sell a shirt with a ticket, ask who comes, keep places back, or wait for them.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  BookingStatusError,
  type CapacityTooLowError,
  FewLeftError,
  InvalidInputError,
  type Performance,
  PlacesFreeError,
  TicketUsedError,
} from "./index.ts";
import { examplesOf, runExample } from "./testing-examples.ts";
import { smallHall, startOfficeWithShow, type TestOffice, tokenIn } from "./testing-office.ts";

let office: TestOffice;
let organizer: ReturnType<TestOffice["client"]>;
let performance: Performance;

beforeAll(async () => {
  ({ office, organizer, performance } = await startOfficeWithShow({
    layout: smallHall,
    prices: { Good: 5000, Cheap: 2500 },
  }));
}, 60_000);
afterAll(async () => {
  await office[Symbol.asyncDispose]();
});

test("a shirt is sold with a ticket and given out once; who comes says what they eat", async () => {
  const event = performance.eventId;
  const shirt = await organizer.createAddOn({
    name: "Shirt",
    priceCents: 2000,
    eventId: event,
    stock: 3,
  });
  const program = await organizer.createAddOn({
    name: "Program",
    priceCents: 500,
    organizationId: shirt.organizationId,
    currency: "EUR",
  });
  await organizer.updateAddOn(program, { description: "Who plays whom.", sortOrder: 1 });
  const meal = await organizer.saveAttendeeQuestion(event, {
    question: "Meal",
    kind: "choice",
    choices: ["fish", "vegan"],
    isRequired: true,
  });

  const lml = office.client();
  const offered = await lml.addOns(event);
  expect(offered.map(({ name, priceCents }) => [name, priceCents])).toEqual([
    ["Shirt", 2000],
    ["Program", 500],
  ]);
  const [category] = await lml.categories(event);
  const cart = await lml.holdBestAvailable(performance, category ?? "", 1);
  const filled = await lml.addAddOn(cart, shirt, 2);
  expect(filled.subtotalCents).toBe(cart.subtotalCents + 4000);
  expect(await lml.addOnsLeft(shirt)).toBe(1);
  const refused = await lml.addAddOn(cart, shirt, 4).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(FewLeftError);
  await lml.addAddOn(cart, program, 1);
  await lml.setDeliveryAddress(cart, "Ada Adler, Street 1, Vienna");
  await lml.startCheckout(cart, { email: "ada@example.com" });
  const paid = await lml.pay(cart, { testCard: "visa" });
  const tickets = await lml.tickets(paid);
  expect(tickets).toHaveLength(1);

  const [question] = await lml.attendeeQuestions(event);
  await expect(lml.setAttendee(tickets[0] ?? "", { firstName: "Ada" })).rejects.toThrow(
    InvalidInputError,
  );
  await lml.setAttendee(tickets[0] ?? "", {
    firstName: "Ada",
    answers: { [question?.id ?? ""]: "vegan" },
  });
  const [attendee] = await organizer.attendeeList(performance).toArray(100);
  expect(attendee?.answers).toEqual({ Meal: "vegan" });
  expect((await organizer.retireAttendeeQuestion(meal)).retiredAt).not.toBeNull();

  const orders = await organizer.addOnOrders(performance, { addOn: shirt }).toArray(100);
  expect(orders.map(({ quantity }) => quantity)).toEqual([2]);
  const line = orders[0]?.bookingItemId ?? "";
  await organizer.markAddOnDelivered(line);
  await expect(organizer.markAddOnDelivered(line)).rejects.toThrow(TicketUsedError);
  expect(await organizer.addOnOrders(performance, { delivered: false }).toArray(100)).toHaveLength(
    1,
  );
  const few = await organizer.setAddOnStock(shirt, 1).catch((error: unknown) => error);
  expect((few as CapacityTooLowError).taken).toBe(2);
  expect((await organizer.setAddOnStock(shirt, 10)).available).toBe(8);
  expect((await organizer.addOnStock(shirt))?.sold).toBe(2);
}, 60_000);

test("a digital add-on is opened by who has paid for it, and single units come back", async () => {
  const parking = await organizer.createAddOn({
    name: "Parking",
    priceCents: 1000,
    eventId: performance.eventId,
    delivery: "digital",
    stock: 0,
  });
  expect(await organizer.addAddOnCodes(parking, ["A", "B", "C", "A"])).toMatchObject({ total: 3 });
  await organizer.setAddOnDownload(parking, "https://parking.example/how");
  await organizer.setCancellationPolicy(
    { organization: parking.organizationId },
    { windows: [{ daysBefore: 0, percentage: 50 }] },
  );
  const lml = office.client();
  const [category] = await lml.categories(performance.eventId);
  const cart = await lml.holdBestAvailable(performance, category ?? "", 1);
  const filled = await lml.addAddOn(cart, parking, 3);
  const item = filled.items.find(({ itemType }) => itemType === "add_on")?.id ?? "";
  await expect(lml.openAddOn(item)).rejects.toThrow(BookingStatusError);
  await lml.startCheckout(cart, { email: "ada@example.com" });
  await lml.pay(cart, { testCard: "visa" });

  const addOns = [{ item, quantity: 1 }];
  expect(await lml.quoteCancellation(cart, { addOns })).toMatchObject({ priceCents: 500 });
  expect(await lml.returnTickets(cart, { addOns })).toMatchObject({ status: "confirmed" });
  const opened = await lml.openAddOn(item);
  expect(opened).toMatchObject({ codes: ["A", "B"], downloadUrl: "https://parking.example/how" });
  expect(await lml.openAddOn(item)).toEqual(opened);
  await expect(lml.returnTickets(cart, { addOns })).rejects.toThrow(TicketUsedError);
  const request = await organizer.refundTickets(cart, { note: "No room", addOns });
  expect(request).toMatchObject({ kind: "ticket", status: "approved" });
  expect((await lml.openAddOn(item)).codes).toEqual(["A"]);
  expect(await organizer.addOnStock(parking)).toMatchObject({ sold: 1, total: 2 });
  expect((await lml.refundItems(cart)).map(({ unitNo }) => unitNo)).toEqual([3, 2]);
});

test("who waits gets what comes back, with an account or by mail", async () => {
  const directory = await mkdtemp(join(tmpdir(), "lml-waiting-"));
  const page = await readFile(new URL("../docs/waiting-list.md", import.meta.url), "utf8");
  const [example] = examplesOf(page);
  if (example === undefined) throw new Error("There is no example.");
  const output = await runExample(example, directory, {
    LML_URL: office.url,
    LML_EMAIL: "organizer@example.com",
    LML_PASSWORD: "a long enough password",
  });
  await rm(directory, { recursive: true });
  expect(output).toBe("waiting 1\noffered draft 2\nleft\n");

  const lml = office.client();
  await expect(lml.requestWaitingListPlace(performance, "zoe@example.com", 1)).rejects.toThrow(
    PlacesFreeError,
  );
  const { seats } = await organizer.seatMap(performance);
  const house = await organizer.allocateSeats(
    performance,
    seats.filter(({ status }) => status === "available"),
    { kind: "house", reason: "Family" },
  );
  await lml.requestWaitingListPlace(performance, "zoe@example.com", 1);
  const token = tokenIn(await office.mailTo("zoe@example.com"));
  const entry = await lml.confirmWaitingListPlace(token);
  expect(await lml.waitingListEntry(token)).toEqual(entry);
  const list = await organizer.waitingList(performance).toArray(100);
  expect(list.map(({ status, place }) => [status, place])).toEqual([
    ["left", null],
    ["waiting", 1],
  ]);
  await organizer.releaseAllocation(house);
  const offer = await office.mailTo("zoe@example.com", "There are places for The Tempest");
  const booking = await lml.claimBooking(tokenIn(offer));
  expect(booking.id).toBe((await lml.waitingListEntry(token))?.bookingId);
  await lml.startCheckout(booking, { email: "zoe@example.com" });
  expect(await lml.pay(booking, { testCard: "visa" })).toMatchObject({ status: "confirmed" });
  expect((await organizer.removeWaitingListEntry(entry)).status).toBe("taken");
  expect((await lml.leaveWaitingList({ token })).status).toBe("taken");
}, 60_000);

test("places are kept back, sold from, and released; a pool gets another size", async () => {
  const show = await organizer.event(performance.eventId);
  const event = await organizer.createEvent({
    organizationId: show?.organizationId ?? "",
    venueId: show?.venue?.id ?? "",
    title: "Standing",
    slug: "standing",
  });
  const floor = await organizer.createTicketCategory({
    eventId: event.id,
    name: "Floor",
    priceCents: 0,
  });
  await organizer.createTicketCategory({
    eventId: event.id,
    name: "Seats",
    priceCents: 1,
    seatCategories: ["Good", "Cheap"],
  });
  const date = await organizer.createPerformance({
    eventId: event.id,
    layoutId: performance.layout?.id ?? "",
    startsAt: new Date(Date.now() + 8 * 86_400_000).toISOString(),
  });
  const pool = await organizer.createAdmissionPool({
    performanceId: date.id,
    name: "Floor",
    capacity: 5,
    ticketCategoryIds: [floor.id],
  });
  await organizer.publishEvent(event);
  const kept = await organizer.allocateAdmissions(pool, 4, { kind: "house", reason: "Family" });
  expect(await organizer.admissionsLeft(date, floor)).toBe(1);
  await organizer.holdAllocatedAdmissions(kept, floor, 1);
  const released = await organizer.releaseAdmissionAllocation(kept);
  expect(released.placesLeft).toBe(0);
  expect(await organizer.admissionsLeft(date, floor)).toBe(4);
  expect((await organizer.setPoolCapacity(pool, 50)).capacity).toBe(50);
  await expect(organizer.setPoolCapacity(pool, 0)).rejects.toThrow(InvalidInputError);
  expect(await organizer.admissionsLeft(date, floor)).toBe(49);
}, 60_000);

test("a guest is written to in the language of their program, and their house's else", async () => {
  const [category] = await organizer.categories(performance.eventId).then((all) => all.slice(-1));
  const buy = async (email: string, language?: string): Promise<string> => {
    const lml = office.client({ language });
    const cart = await lml.holdBestAvailable(performance, category ?? "", 1);
    await lml.startCheckout(cart, { email });
    await lml.pay(cart, { testCard: "visa" });
    await office.confirmSales();
    return await office.mailTo(email, "The Tempest");
  };
  const mail = await buy("adler@example.com", "fr;q=0.2, de-AT");
  expect(mail).toContain("Subject: Ihre Karten für The Tempest");
  expect(mail).toMatch(/Summe: €? ?\d+,\d\d/);
  expect(mail).toContain("Reply-To: ");
  expect(await buy("eagle@example.com", "not a language")).toContain("Your tickets for");
  const { organizationId } = performance;
  const settings = await organizer.updateOrganizationSettings(organizationId, { language: "de" });
  expect(settings.language).toBe("de");
  expect(await buy("aquila@example.com")).toContain("Ihre Karten für");
  const bad = organizer.updateOrganizationSettings(organizationId, { language: "German" });
  await expect(bad).rejects.toThrow(InvalidInputError);
  await organizer.updateOrganizationSettings(organizationId, { language: "" });
  const newcomer = { email: "neu@example.com", firstName: "Ada", lastName: "Neu" };
  await office
    .client({ language: "de" })
    .signUp({ ...newcomer, password: "correct horse 9 battery" });
  expect(await office.mailTo(newcomer.email)).toContain("Subject: Eröffnen Sie Ihr Konto");
}, 60_000);

test("whoever has tickets is mailed when their date moves, and when it is canceled", async () => {
  const lml = office.client();
  const [category] = await lml.categories(performance.eventId);
  const cart = await lml.holdBestAvailable(performance, category ?? "", 1);
  await lml.startCheckout(cart, { email: "eve@example.com" });
  const { bookingReference } = await lml.pay(cart, { testCard: "visa" });
  await organizer.postponePerformance(performance, {
    startsAt: new Date(Date.now() + 30 * 86_400_000).toISOString(),
    reason: "Illness",
  });
  const moved = await office.mailTo("eve@example.com", "The Tempest has another date");
  expect(moved).toContain("Illness");
  expect(moved).toContain(bookingReference);
  await organizer.cancelPerformance(performance, { reason: "Fire" });
  await office.mailTo("eve@example.com", "is canceled");
}, 60_000);
