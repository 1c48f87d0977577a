import type { Bench } from "../bench.ts";
import { compare, share } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { app } from "../hold.ts";
import { addPerformance, createTheatre, randomToken } from "../theatre.ts";

const clientCount = 64;
const seatsPerHold = 4;
const holdsPerRound = 2000;

/**
 * Holds per second of `hold_best_available` over `hold_seats`, by a crowd. Nobody is refused: the hall has room for all of
 * them side by side, in rows of 50, and a refusal is an error here.
 */
export async function bestAvailable(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, holdsPerRound * 5);
  const clients = await database.clients("lml_authenticator", clientCount);
  await Promise.all(clients.map((client) => app.becomeGuest(client, randomToken())));
  const pieces = Array.from({ length: holdsPerRound }, (_, index) => index * seatsPerHold);

  const { ratio } = await compare(
    {
      name: "hold_best_available",
      prepare: async () => {
        const performanceId = await addPerformance(owner, theatre);
        return {
          pieces,
          work: (some) =>
            share(clients, some, (client) =>
              app.holdBest(client, performanceId, theatre.ticketCategoryId, seatsPerHold),
            ),
        };
      },
    },
    {
      name: "hold_seats",
      prepare: async () => {
        const performanceId = await addPerformance(owner, theatre);
        return {
          pieces,
          work: (some) =>
            share(clients, some, (client, first) =>
              app.hold(client, performanceId, theatre.seatIds.slice(first, first + seatsPerHold)),
            ),
        };
      },
    },
    bench.rounds,
    bench.log,
  );
  return [
    figure("hold_best_available over hold_seats, 64 buyers", ratio, "ratio", "at least", 0.5),
  ];
}
