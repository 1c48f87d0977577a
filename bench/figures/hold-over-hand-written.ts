import type pg from "pg";
import { holdByHand } from "../hand-written.ts";
import { app, randomReference } from "../hold.ts";
import { defaultPoolSize } from "../../server/database.ts";
import { compare, share } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import type { Bench } from "../bench.ts";
import { addPerformance, createTheatre, randomToken, type Theatre } from "../theatre.ts";

/** As many as the server has connections, unless told otherwise. */
const clientCount = defaultPoolSize;
const seatsPerHold = 4;
const holdsPerRound = 3000;

/** Holds per second of `hold_seats` over hand-written SQL that writes the same rows in one statement. */
export async function holdOverHandWritten(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, holdsPerRound * seatsPerHold);
  const holders = await database.clients("lml_authenticator", clientCount);
  await Promise.all(holders.map((client) => app.becomeGuest(client, randomToken())));
  const writers = await database.clients("lml_owner", clientCount);

  const pieces = Array.from({ length: holdsPerRound }, (_, index) => index * seatsPerHold);
  const side = (
    name: string,
    clients: readonly pg.Client[],
    hold: (client: pg.Client, performanceId: string, first: number) => Promise<void>,
  ) => ({
    name,
    prepare: async () => {
      const performanceId = await addPerformance(owner, theatre);
      return {
        pieces,
        work: (some: readonly number[]) =>
          share(clients, some, (client, first) => hold(client, performanceId, first)),
      };
    },
  });

  const { ratio } = await compare(
    side("hold_seats", holders, async (client, performanceId, first) => {
      await app.hold(client, performanceId, theatre.seatIds.slice(first, first + seatsPerHold));
    }),
    side("hand-written", writers, (client, performanceId, first) =>
      writeByHand(client, theatre, performanceId, first),
    ),
    bench.rounds,
    bench.log,
  );
  return [figure("hold_seats over hand-written SQL", ratio, "ratio", "at least", 0.85)];
}

async function writeByHand(
  client: pg.Client,
  theatre: Theatre,
  performanceId: string,
  first: number,
): Promise<void> {
  const numbers = Array.from({ length: seatsPerHold }, (_, index) => first + index + 1);
  const { rows } = await client.query<{ id: string; seats: number }>({
    name: "hand-written",
    text: holdByHand,
    values: [
      theatre.organizationId,
      performanceId,
      randomReference(),
      Buffer.from(randomToken()),
      theatre.ticketCategoryId,
      numbers,
      null,
    ],
  });
  if (rows[0]?.seats !== seatsPerHold) throw new Error("The hand-written hold lost seats.");
}
