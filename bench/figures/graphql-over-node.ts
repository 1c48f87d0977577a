import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../../cli/db/postgres.ts";
import type { Bench } from "../bench.ts";
import { compare, share } from "../compare.ts";
import { figure, type Figure } from "../figure.ts";
import { addPerformance, createTheatre, randomToken } from "../theatre.ts";

const clientCount = 16;
const seatsPerHold = 4;
const holdsPerRound = 800;

const mutation = `mutation ($performanceId: UUID!, $seatIds: [String!]!) {
  holdSeats(input: { performanceId: $performanceId, seatIds: $seatIds }) {
    booking { id bookingReference }
  }
}`;

/** GraphQL `holdSeats` over HTTP, over a bare Node handler that calls the same function with the same settings. */
export async function graphqlOverNode(bench: Bench): Promise<Figure[]> {
  const database = await bench.database();
  const owner = await database.connect("lml_owner");
  const theatre = await createTheatre(owner, holdsPerRound * seatsPerHold);
  const start = async (program: string) => {
    const port = await freePort();
    const child = spawn(process.execPath, [program], {
      stdio: "ignore",
      env: {
        ...process.env,
        PORT: String(port),
        LML_SERVER_DATABASE_URL: database.url("lml_authenticator"),
        STRIPE_SECRET_KEY: "sk_test_bench",
        STRIPE_PUBLISHABLE_KEY: "pk_test_bench",
        STRIPE_WEBHOOK_SECRET: "whsec_bench",
        LML_RATE_LIMIT_ADDRESS: "1000000",
        NODE_ENV: "production",
        GRAPHILE_ENV: "production",
      },
    });
    return { child, url: `http://127.0.0.1:${port}/graphql` };
  };
  const graphql = await start("server/main.ts");
  const bare = await start("bench/bare-server.ts");
  const pieces = Array.from({ length: holdsPerRound }, (_, index) => index * seatsPerHold);
  const side = (name: string, url: string) => ({
    name,
    prepare: async () => {
      const performanceId = await addPerformance(owner, theatre);
      const clients = Array.from({ length: clientCount });
      // Each hold is somebody else's: one buyer may have few open carts.
      const work = (some: readonly number[]): Promise<void> =>
        share(clients, some, async (_, first) => {
          const seatIds = theatre.seatIds.slice(first, first + seatsPerHold);
          await post(url, randomToken(), { performanceId, seatIds });
        });
      return { pieces, work };
    },
  });
  try {
    await Promise.all([untilListening(graphql.url), untilListening(bare.url)]);
    const { ratio } = await compare(
      side("GraphQL", graphql.url),
      side("bare Node", bare.url),
      bench.rounds,
      bench.log,
    );
    return [figure("GraphQL holdSeats over a bare Node handler", ratio, "ratio", "at least", 0.7)];
  } finally {
    graphql.child.kill();
    bare.child.kill();
  }
}

async function post(url: string, cartToken: string, variables: unknown): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "x-cart-token": cartToken },
    body: JSON.stringify({ query: mutation, variables }),
  });
  const text = await answer.text();
  if (!answer.ok || text.includes('"errors"')) throw new Error(`A hold failed: ${text}`);
}

async function untilListening(url: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    const answer = await fetch(url, { method: "POST", body: "{}" }).catch(() => undefined);
    if (answer !== undefined) return;
    await wait(200);
  }
  throw new Error("A server did not listen within 30 seconds.");
}
