import type { NextFragment } from "./generated.ts";

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; null after the last. */
  readonly next: string | null;
}

/** A list that is fetched page by page while it is walked through with `for await`. */
export class Paged<T> implements AsyncIterable<T> {
  readonly #fetch: (after: string | null) => Promise<Page<T>>;

  /** `fetch` gets the page that begins after a cursor, or the first one. */
  constructor(fetch: (after: string | null) => Promise<Page<T>>) {
    this.#fetch = fetch;
  }

  /** The first page, or the one after a cursor. */
  async page(after: string | null = null): Promise<Page<T>> {
    return await this.#fetch(after);
  }

  /** Page by page; the next one is fetched when it is asked for. */
  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    let after: string | null = null;
    do {
      const page: Page<T> = await this.#fetch(after);
      yield page;
      after = page.next;
    } while (after !== null);
  }

  /** Item by item. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }

  /** The first items, at most `limit` of them: everything has a limit. */
  async toArray(limit: number): Promise<T[]> {
    const items: T[] = [];
    if (limit <= 0) return items;
    for await (const item of this) {
      items.push(item);
      if (items.length >= limit) break;
    }
    return items;
  }
}

/** A page as the API gives it. */
export interface Connection<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: NextFragment;
}

/** The list of whoever is not there. */
export const NOTHING: Connection<never> = {
  nodes: [],
  pageInfo: { endCursor: null, hasNextPage: false },
};

/** A page of the API as a page of a list. */
export function toPage<T>({ nodes, pageInfo: { hasNextPage, endCursor } }: Connection<T>): Page<T> {
  return { items: nodes, next: hasNextPage ? endCursor : null };
}

/** All of a list that belongs to one thing, and is as long as that allows. */
export async function all<T>(
  fetch: (after: string | null) => Promise<Connection<T>>,
): Promise<T[]> {
  const items: T[] = [];
  for await (const item of new Paged(async (after) => toPage(await fetch(after)))) items.push(item);
  return items;
}
