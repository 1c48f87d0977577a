/** One of two sides that are measured against each other: does a fixed amount of work. */
export interface Side {
  readonly name: string;
  /** Prepares one round; not measured. Returns the work to be measured, and how many pieces it has. */
  prepare(round: number): Promise<{ readonly pieces: number; work(): Promise<void> }>;
}

/** What was measured, per second and as a ratio. */
export interface Comparison {
  /** The median over the rounds of the first side's rate over the second's. */
  readonly ratio: number;
  readonly rates: readonly [number, number];
}

/**
 * Measures two sides in turn, the order changing with every round, so that whatever else the machine does hits both. The
 * ratio is taken within each round and its median over all rounds.
 */
export async function compare(
  ours: Side,
  theirs: Side,
  rounds: number,
  log: (line: string) => void,
): Promise<Comparison> {
  await rate(ours, -1);
  await rate(theirs, -1);
  const results: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = round % 2 === 0 ? ours : theirs;
    const second = first === ours ? theirs : ours;
    const one = await rate(first, round);
    const two = await rate(second, round);
    const result = first === ours ? { ours: one, theirs: two } : { ours: two, theirs: one };
    results.push(result);
    log(
      `  round ${round + 1}: ${ours.name} ${result.ours.toFixed(0)}/s, ` +
        `${theirs.name} ${result.theirs.toFixed(0)}/s, ` +
        `ratio ${(result.ours / result.theirs).toFixed(2)}`,
    );
  }
  return {
    ratio: median(results.map((result) => result.ours / result.theirs)),
    rates: [
      median(results.map((result) => result.ours)),
      median(results.map((result) => result.theirs)),
    ],
  };
}

async function rate(side: Side, round: number): Promise<number> {
  const { pieces, work } = await side.prepare(round);
  const start = performance.now();
  await work();
  return (pieces * 1000) / (performance.now() - start);
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Lets some clients share pieces of work, each taking the next one when it is free. */
export async function share<Client, Piece>(
  clients: readonly Client[],
  pieces: readonly Piece[],
  action: (client: Client, piece: Piece) => Promise<void>,
): Promise<void> {
  let next = 0;
  const take = async (client: Client): Promise<void> => {
    for (let piece = pieces[next++]; piece !== undefined; piece = pieces[next++]) {
      await action(client, piece);
    }
  };
  await Promise.all(clients.map(take));
}
