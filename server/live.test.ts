// If these failed, a page would show seats that are gone, or somebody would be told of what is not theirs.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "./testing-listener.ts";
import {
  createTheatre,
  randomToken,
  signUp,
  startTestServer,
  type Anything,
  type Caller,
  type TestServer,
  type Theatre,
} from "./testing.ts";

let server: TestServer;
let theatre: Theatre;

beforeAll(async () => {
  server = await startTestServer({ watchMs: 20, recheckMs: 100 });
  theatre = await createTheatre(server);
});

afterAll(() => server[Symbol.asyncDispose]());

const seatMapChanged = `subscription ($performanceId: UUID!, $since: String) {
  seatMapChanged(performanceId: $performanceId, since: $since) {
    version isComplete seatNos availability
  }
}`;

const bookingChanged = `subscription ($bookingId: UUID!) {
  bookingChanged(bookingId: $bookingId) { booking { id status totalAmountCents } }
}`;

async function version(): Promise<string> {
  const query = "query ($id: UUID!) { seatMap(performanceId: $id) { version } }";
  return (await server.data(query, { id: theatre.performanceId })).seatMap.version;
}

async function hold(caller: Caller, ...seats: number[]): Promise<Anything> {
  const { holdSeats } = await server.data(
    `mutation ($performanceId: UUID!, $seatIds: [String!]!) {
      holdSeats(input: { performanceId: $performanceId, seatIds: $seatIds }) { booking { id } }
    }`,
    {
      performanceId: theatre.performanceId,
      seatIds: seats.map((seat) => theatre.seatIds[seat - 1]),
    },
    caller,
  );
  return holdSeats.booking;
}

describe("a map", () => {
  test("two browsers see each other's holds", async () => {
    const [ada, eve] = [{ cartToken: randomToken() }, { cartToken: randomToken() }];
    await using adas = connect(server.url, ada);
    await using eves = connect(server.url, eve);
    const variables = { performanceId: theatre.performanceId, since: await version() };
    const told = [adas.listen(seatMapChanged, variables), eves.listen(seatMapChanged, variables)];
    for (const each of told) {
      expect(await each.next()).toMatchObject({ isComplete: true, seatNos: [], availability: "" });
    }
    await hold(ada, 1, 2);
    for (const each of told) {
      expect(await each.next()).toMatchObject({ seatNos: [1, 2], availability: "ll" });
    }
    await hold(eve, 3);
    for (const each of told) {
      expect(await each.next()).toMatchObject({ seatNos: [3], availability: "l" });
    }
  });
});
