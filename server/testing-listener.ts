import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";
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

/** Opens a connection as anything that speaks HTTP can, and then does nothing that it was not told. */
export async function open(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Socket> {
  const asked = request(`${url}/graphql`, {
    headers: {
      connection: "upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": Buffer.alloc(16).toString("base64"),
      "sec-websocket-protocol": "graphql-transport-ws",
      ...headers,
    },
  });
  asked.end();
  const [, socket, head] = (await once(asked, "upgrade")) as [unknown, Socket, Buffer];
  if (head.length > 0) socket.unshift(head);
  return socket;
}

/** With which code a connection is closed; undefined when it is cut. */
export async function closeCode(socket: Socket): Promise<number | undefined> {
  let frames = Buffer.alloc(0);
  for await (const chunk of socket) {
    frames = Buffer.concat([frames, chunk]);
    // A first byte, a length, and a code with a reason.
    const start = frames.lastIndexOf(0x88);
    if (start !== -1 && frames.length > start + 3) return frames.readUInt16BE(start + 2);
  }
  return undefined;
}

/** A message as a frame. The mask that clients must use may be nothing. */
export function frame(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  const header = Buffer.from([0x81, 0x80 | 126, text.length >> 8, text.length & 255, 0, 0, 0, 0]);
  return Buffer.concat([header, text]);
}
