/** How often the sides take turns within a round. A disk that is busy for a moment then hits both. */
const turnsPerRound = 10;

/** One of two sides that are measured against each other: does a fixed amount of work. */
export interface Side {
  readonly name: string;
  /** Prepares one round; not measured. Returns the pieces of work, and what does some of them. */
  prepare(): Promise<Round>;
}

/** The work of one side in one round. */
export interface Round {
  readonly pieces: readonly number[];
  work(pieces: readonly number[]): Promise<void>;
}

/** What was measured, per second and as a ratio. */
export interface Comparison {
  /** The median over the rounds of the first side's rate over the second's. */
  readonly ratio: number;
  readonly rates: readonly [number, number];
}

/**
 * Measures two sides in turn, several turns to a round, the order changing with every turn, so that whatever else the
 * machine does hits both. The ratio is taken within each round and its median over all rounds.
 */
export async function compare(
  ours: Side,
  theirs: Side,
  rounds: number,
  log: (line: string) => void,
): Promise<Comparison> {
  await measureRound(ours, theirs);
  const results: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const result = await measureRound(ours, theirs);
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

async function measureRound(ours: Side, theirs: Side): Promise<{ ours: number; theirs: number }> {
  const one = new Stopwatch(await ours.prepare());
  const two = new Stopwatch(await theirs.prepare());
  for (let turn = 0; turn < turnsPerRound; turn += 1) {
    const [first, second] = turn % 2 === 0 ? [one, two] : [two, one];
    await first.run(turn);
    await second.run(turn);
  }
  return { ours: one.rate(), theirs: two.rate() };
}

class Stopwatch {
  readonly #round: Round;
  #milliseconds = 0;

  constructor(round: Round) {
    this.#round = round;
  }

  async run(turn: number): Promise<void> {
    const { pieces, work } = this.#round;
    const size = Math.ceil(pieces.length / turnsPerRound);
    const start = performance.now();
    await work(pieces.slice(turn * size, (turn + 1) * size));
    this.#milliseconds += performance.now() - start;
  }

  rate(): number {
    return (this.#round.pieces.length * 1000) / this.#milliseconds;
  }
}

/** The middle of some numbers. */
function median(values: readonly number[]): number {
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
