// If these failed, nobody could ask over GraphQL what a booking, a price or a membership was, or anybody could.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  createTheatre,
  randomToken,
  signUp,
  startTestServer,
  type TestServer,
  type Theatre,
} from "./testing.ts";

let server: TestServer;
let theatre: Theatre;

beforeAll(async () => {
  server = await startTestServer();
  theatre = await createTheatre(server);
});

afterAll(() => server[Symbol.asyncDispose]());

test("a booking is read as it was, by its buyer and by who may read the audit", async () => {
  const cartToken = randomToken();
  const before = new Date(Date.now() - 60_000).toISOString();
  const { holdSeats } = await server.data(
    `mutation ($performanceId: UUID!, $seatIds: [String!]!) {
      holdSeats(input: { performanceId: $performanceId, seatIds: $seatIds }) { booking { id } }
    }`,
    { performanceId: theatre.performanceId, seatIds: [theatre.seatIds[0]] },
    { cartToken },
  );
  const { id } = holdSeats.booking;
  const read = `query ($id: UUID!, $at: Datetime!) {
    bookingAsOf(bookingId: $id, at: $at) { bookingId status totalAmountCents }
  }`;
  const at = new Date(Date.now() - 1).toISOString();
  const owner = { token: theatre.owner.token };
  for (const caller of [{ cartToken }, owner]) {
    expect((await server.data(read, { id, at: before }, caller)).bookingAsOf).toBeNull();
    expect((await server.data(read, { id, at }, caller)).bookingAsOf).toEqual({
      bookingId: id,
      status: "draft",
      totalAmountCents: null,
    });
  }
  const stranger = await signUp(server);
  for (const caller of [{}, { cartToken: randomToken() }, { token: stranger.token }]) {
    expect((await server.graphql(read, { id, at }, caller)).codes).toEqual(["LMNFD"]);
  }
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  expect((await server.graphql(read, { id, at: tomorrow }, owner)).codes).toEqual(["LMINP"]);
});

test("prices and memberships are read as they were, by who may read the audit", async () => {
  const categories = await server.data(
    "query ($id: UUID!) { event(id: $id) { ticketCategories { nodes { id } } } }",
    { id: theatre.eventId },
  );
  const read = `query ($category: UUID!, $organization: UUID!, $user: UUID!, $at: Datetime!) {
    priceAsOf(ticketCategoryId: $category, at: $at) { priceCents }
    membershipAsOf(organizationId: $organization, userId: $user, at: $at) { role status }
  }`;
  const variables = {
    category: categories.event.ticketCategories.nodes[0].id,
    organization: theatre.organizationId,
    user: theatre.owner.id,
  };
  const owner = { token: theatre.owner.token };
  const now = new Date(Date.now() - 1).toISOString();
  expect(await server.data(read, { ...variables, at: now }, owner)).toEqual({
    priceAsOf: { priceCents: "5000" },
    membershipAsOf: { role: "owner", status: "active" },
  });
  const before = new Date(Date.now() - 3_600_000).toISOString();
  expect(await server.data(read, { ...variables, at: before }, owner)).toEqual({
    priceAsOf: null,
    membershipAsOf: null,
  });
  const stranger = await signUp(server);
  const answer = await server.graphql(read, { ...variables, at: now }, { token: stranger.token });
  expect(answer.codes).toEqual(["LMNFD", "LMNFD"]);
});
