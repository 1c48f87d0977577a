import { createClient, type Client } from "graphql-ws";
import type { AnsweredError, Anything, Caller } from "./testing.ts";
import { callerHeaders } from "./testing.ts";

/** What one subscription is told, in order. */
export interface Listener {
  /** The next answer. Rejects when there is none. */
  next(): Promise<Anything>;
  /** The codes of the errors that it ends with. */
  ended(): Promise<readonly unknown[]>;
  /** Ends it. */
  stop(): void;
}

/** A connection of somebody who listens. */
export interface Connection extends AsyncDisposable {
  readonly client: Client;
  listen(query: string, variables?: Readonly<Record<string, unknown>>): Listener;
  /** Why it was closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** Connects as clients do, as a caller. */
export function connect(url: string, caller: Caller = {}): Connection {
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  const client = createClient({
    url: `${url.replace("http", "ws")}/graphql`,
    connectionParams: callerHeaders(caller),
    retryAttempts: 0,
    on: { closed: (event) => closed.resolve(event as { code: number; reason: string }) },
  });
  return {
    client,
    closed: closed.promise,
    listen: (query, variables = {}) => {
      const answers = client.iterate<Anything>({ query, variables: { ...variables } });
      return {
        next: async () => {
          const { done, value } = await answers.next();
          if (done === true) throw new Error("It has ended.");
          if (value.errors !== undefined) throw new Error(JSON.stringify(value.errors));
          return Object.values(value.data ?? {})[0];
        },
        ended: async () => {
          for (;;) {
            try {
              const { done, value } = await answers.next();
              if (done === true) return [];
              if (value.errors !== undefined) return codesOf(value.errors);
            } catch (error) {
              if (Array.isArray(error)) return codesOf(error);
              throw error;
            }
          }
        },
        stop: () => void answers.return?.(undefined),
      };
    },
    [Symbol.asyncDispose]: async () => {
      await client.dispose();
    },
  };
}

function codesOf(errors: readonly AnsweredError[]): readonly unknown[] {
  return errors.map(({ extensions, message }) => extensions?.["code"] ?? message);
}
