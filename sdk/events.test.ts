// If this failed, programs could not find events, see what was opened for them, or get money back for what was canceled.
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../db/tests/harness.ts";
import {
  BuyerLimitError,
  type Event,
  type LastMinuteLive,
  NoRefundOfferedError,
  NotPublishableError,
  type Performance,
} from "./index.ts";
import { buySeats, startOfficeWithShow, type TestOffice } from "./testing-office.ts";

let office: TestOffice;
let organizer: LastMinuteLive;
let performance: Performance;
let event: Event;

beforeAll(async () => {
  ({ office, organizer, performance } = await startOfficeWithShow());
  event = await organizer.updateEvent(performance.eventId, {
    shortDescription: "A storm, an island, a duke.",
    tags: ["shakespeare"],
    categories: ["theater"],
    images: ["https://example.com/tempest.jpg"],
    ticketsPerUserMax: 4,
  });
});

afterAll(() => office[Symbol.asyncDispose]());

async function buy(buyer: LastMinuteLive, count: number, email: string) {
  return await buySeats(buyer, performance, count, { email });
}

test("an event is found by what it is about, page by page", async () => {
  const visitor = office.client();
  const found = await visitor
    .search({ query: "shakespear", category: "theater", city: "vienna", currency: "EUR" })
    .toArray(10);
  expect(found).toMatchObject([{ event: { id: event.id, tags: ["shakespeare"] } }]);
  expect(found[0]?.startsAt).toBe(performance.startsAt);
  expect(await visitor.search({ priceCentsMax: 1999 }).toArray(10)).toEqual([]);

  const talk = await organizer.createVirtualEvent({
    organizationId: event.organizationId,
    title: "A talk on Shakespeare",
    slug: "talk",
    timezone: "Europe/Vienna",
  });
  const dates = await organizer.createPerformances(talk, {
    firstDate: "2040-03-24",
    lastDate: "2040-03-31",
    weekdays: [6],
    times: ["18:00"],
    durationMinutes: 90,
  });
  expect(dates.map(({ startsAt }) => new Date(startsAt).toISOString())).toEqual([
    "2040-03-24T17:00:00.000Z",
    // Clocks have changed.
    "2040-03-31T16:00:00.000Z",
  ]);
  expect(dates[0]?.layout).toBeNull();
  const encore = { eventId: talk.id, startsAt: "2040-04-01T18:00:00" };
  await expect(organizer.createPerformance(encore)).rejects.toMatchObject({
    code: "LMINP",
    hint: expect.stringContaining("+01:00"),
  });
  const local = await organizer.createPerformance({ ...encore, startsAt: `${encore.startsAt}+02` });
  expect(new Date(local.startsAt).toISOString()).toBe("2040-04-01T16:00:00.000Z");
  await organizer.cancelPerformance(local, { reason: "Once is enough." });
  const stream = await organizer.createTicketCategory({
    eventId: talk.id,
    name: "Stream",
    priceCents: 0,
  });
  await expect(organizer.publishEvent(talk)).rejects.toThrow(NotPublishableError);
  for (const date of dates) {
    await organizer.createAdmissionPool({
      performanceId: date.id,
      name: "Stream",
      capacity: 100,
      ticketCategoryIds: [stream.id],
    });
  }
  await organizer.publishEvent(talk);
  const all = await visitor.search({ query: "shakespeare" }, { pageSize: 1 }).toArray(10);
  expect(all.map(({ event: { title } }) => title)).toEqual([
    "A talk on Shakespeare",
    "The Tempest",
  ]);
});

test("a private event is for who has its code, or a ticket", async () => {
  const guest = office.client();
  await organizer.updateEvent(event, { visibility: "private" });
  expect(await guest.event(event)).toBeNull();
  guest.openEvent(await organizer.createEventAccessCode(event));
  expect(await guest.event(event)).toMatchObject({ id: event.id, visibility: "private" });
  expect(await guest.categories(event)).toHaveLength(2);
  await buy(guest, 1, "guest@example.com");
  expect(await organizer.revokeEventAccessCodes(event)).toBe(1);
  expect(await guest.event(event)).toMatchObject({ id: event.id });
  expect(await guest.onlineAddress(event)).toBeNull();

  const friend = office.client({ eventKey: event.id });
  expect(await friend.event(event)).toBeNull();
  await organizer.updateEvent(event, { visibility: "unlisted" });
  expect(await friend.event(event)).toMatchObject({ id: event.id });
  expect(await office.client().event(event)).toBeNull();
  await organizer.updateEvent(event, { visibility: "public" });
});

test("one buyer gets as many tickets as one may", async () => {
  const buyer = office.client();
  await buy(buyer, 3, "buyer@example.com");
  await expect(buy(buyer, 2, "buyer@example.com")).rejects.toThrow(BuyerLimitError);
});

test("a postponed date may be given back, and a canceled event is refunded to the last ticket", async () => {
  const [one, other] = [office.client(), office.client()];
  const [returned, kept] = [
    await buy(one, 1, "one@example.com"),
    await buy(other, 1, "other@example.com"),
  ];
  await expect(one.returnBooking(returned)).rejects.toThrow(NoRefundOfferedError);
  const moved = await organizer.postponeEvent(event, { days: 7, reason: "The duke is ill." });
  expect(moved.status).toBe("published");
  const later = await one.performance(performance);
  expect(later?.postponedFrom).toBe(performance.startsAt);
  expect(await one.returnBooking(returned)).toMatchObject({ status: "canceled" });

  const open = office.client();
  const { seats } = await open.seatMap(performance);
  const held = await open.hold(
    performance,
    seats.filter(({ status }) => status === "available").slice(0, 1),
  );
  const begun = await organizer.cancelEvent(event, { reason: "No duke at all." });
  expect(await open.booking(held)).toMatchObject({ status: "canceled" });
  await until(async () => (await organizer.eventCancellation(begun))?.completedAt != null);
  expect(await organizer.eventCancellation(begun)).toMatchObject({ bookingsFailed: 0 });
  await until(async () => (await other.booking(kept))?.status === "refunded");
  expect(await other.event(event)).toMatchObject({
    status: "canceled",
    statusReason: "No duke at all.",
  });
  // Four people had paid for something.
  const root = await office.database.connect("superuser");
  await until(async () => {
    const { rows } = await root.query<{ done: boolean }>(
      "select count(*) filter (where status = 'succeeded') = 4 as done from app_public.refunds",
    );
    return rows[0]?.done === true;
  });
});
