import { parseArgs } from "node:util";
import { withBench, type Measurement } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { admissions } from "./figures/admissions.ts";
import { bestAvailable } from "./figures/best-available.ts";
import { deadlocks } from "./figures/deadlocks.ts";
import { fiveMillionSeats } from "./figures/five-million-seats.ts";
import { graphqlOverNode } from "./figures/graphql-over-node.ts";
import { holdOverHandWritten } from "./figures/hold-over-hand-written.ts";
import { holdOverSeed } from "./figures/hold-over-seed.ts";
import { memory } from "./figures/memory.ts";
import { news } from "./figures/news.ts";
import { readsOverOwner } from "./figures/reads-over-owner.ts";
import { saleOverHandWritten } from "./figures/sale-over-hand-written.ts";
import { scanOverHandWritten } from "./figures/scan-over-hand-written.ts";
import { seatMap } from "./figures/seat-map.ts";
import { seatStorage } from "./figures/seat-storage.ts";
import { stripeEvents } from "./figures/stripe-events.ts";

const measurements: Readonly<Record<string, Measurement>> = {
  "hold-over-hand-written": holdOverHandWritten,
  "hold-over-seed": holdOverSeed,
  "sale-over-hand-written": saleOverHandWritten,
  "scan-over-hand-written": scanOverHandWritten,
  "stripe-events": stripeEvents,
  deadlocks,
  "graphql-over-node": graphqlOverNode,
  "reads-over-owner": readsOverOwner,
  memory,
  "best-available": bestAvailable,
  admissions,
  "seat-map": seatMap,
  news,
  "seat-storage": seatStorage,
  "five-million-seats": fiveMillionSeats,
};

const help = `Measures what we publish, on a throw-away PostgreSQL with fsync on.

Usage: npm run bench [-- options]

  --only NAME    one measurement: ${Object.keys(measurements).join(", ")}
  --rounds N     rounds of each comparison, at least 5 for figures to publish (default 7)
  --json         print one JSON array of {"figure", "value", "unit", "goal", "met"} and nothing else
  --help         print this`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "7" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(help);
} else {
  const names = values.only === undefined ? Object.keys(measurements) : [values.only];
  const log = values.json ? () => undefined : (line: string) => console.log(line);
  const figures = await withBench({ rounds: Number(values.rounds), log }, async (bench) => {
    const all: Figure[] = [];
    for (const name of names) {
      const measure = measurements[name];
      if (measure === undefined) throw new Error(`There is no measurement "${name}".\n\n${help}`);
      log(name);
      all.push(...(await measure(bench)));
      await bench.disconnect();
    }
    return all;
  });
  console.log(values.json ? JSON.stringify(figures, null, 2) : table(figures));
}

function table(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ figure }) => figure.length));
  const lines = figures.map(
    ({ figure, value, unit, goal, met }) =>
      `${figure.padEnd(width)}  ${value.toFixed(2).padStart(8)} ${unit.padEnd(5)}  goal ${String(goal).padStart(5)}  ${met ? "met" : "NOT MET"}`,
  );
  return ["", ...lines].join("\n");
}
