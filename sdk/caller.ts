import { randomToken } from "./crypto.ts";
import { UsageError } from "./errors.ts";
import type { Session } from "./models.ts";
import { type Connection, Paged, toPage } from "./pages.ts";
import {
  type CallOptions,
  type KeyedCallOptions,
  Transport,
  type TypedDocument,
} from "./transport.ts";

/** How to reach a box office, and as whom. */
export interface ClientOptions {
  /** The server's address, such as `http://127.0.0.1:4000`, with or without `/graphql`. */
  readonly url: string;
  /** The token of a session that `signIn` began earlier. */
  readonly token?: string | null | undefined;
  /** The `cartToken` of an earlier client, to go on with its guest's bookings. */
  readonly cartToken?: string | null | undefined;
  /** Opens an unlisted or private event: see {@link LastMinuteLive.openEvent}. */
  readonly eventKey?: string | undefined;
  /** What kind of program asks; it is noted on bookings. Default: `web`. */
  readonly channel?: "web" | "mobile" | "api" | undefined;
  /** A name that the program keeps for its device, of at most 200 characters; rules against fraud count by it. Default: none. */
  readonly device?: string | undefined;
  /** In which language mail is written to guests, and to accounts without one: BCP 47, such as `de-AT`. Default: the browser's. */
  readonly language?: string | undefined;
  /** What sends requests. Default: the platform's `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** What opens connections for what is watched. Default: the platform's `WebSocket`. */
  readonly webSocket?: typeof globalThis.WebSocket | undefined;
  /** How long one attempt of a call may take, in milliseconds. Default: 15,000. */
  readonly timeoutMs?: number | undefined;
  /** How many further attempts may follow a failed one. Default: 3. */
  readonly retries?: number | undefined;
}

/** How to walk through a list. */
export interface ListOptions extends CallOptions {
  /** How many to fetch at once, at most 100, which is what the server gives. Default: 50. */
  readonly pageSize?: number | undefined;
}

/** How many items of a list are fetched at once, unless somebody says otherwise. */
export const PAGE_SIZE = 50;

/** Who calls, and how a call is made: what all areas have in common. */
export abstract class Caller {
  protected readonly transport: Transport;
  // Not merely protected, so that an instance that is logged shows none of them.
  #token: string | null;
  #cartToken: string | null;
  #eventKey: string | null;

  constructor(options: ClientOptions) {
    this.#token = options.token ?? null;
    this.#cartToken = options.cartToken ?? null;
    this.#eventKey = options.eventKey ?? null;
    this.transport = new Transport({
      url: baseUrl(options.url),
      fetch: options.fetch ?? globalThis.fetch,
      webSocket: options.webSocket ?? globalThis.WebSocket,
      timeoutMs: options.timeoutMs ?? 15_000,
      retries: options.retries ?? 3,
      headers: () => ({
        accept: "application/json",
        ...(options.channel === undefined ? {} : { "x-lml-channel": options.channel }),
        ...(options.language === undefined ? {} : { "accept-language": options.language }),
        ...(options.device === undefined ? {} : { "x-lml-device": options.device }),
        ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(this.#cartToken === null ? {} : { "x-cart-token": this.#cartToken }),
        ...(this.#eventKey === null ? {} : { "x-event-key": this.#eventKey }),
      }),
    });
  }

  /** The token of the session; null for a guest. Keep it as you would a password. */
  get token(): string | null {
    return this.#token;
  }

  /**
   * What proves that a guest's bookings are theirs: made when a guest first holds a seat, null before.
   * Store it and give it to the next client to go on. It cannot be restored when it is lost.
   */
  get cartToken(): string | null {
    return this.#cartToken;
  }

  /**
   * Lets this client see one event that is not for everybody, from now on: by its id, or `organization/event` in slugs,
   * if it is unlisted; by an access code if it is private. Null forgets it.
   */
  openEvent(key: string | null): void {
    this.#eventKey = key;
  }

  /** From here on the calls are those of a session's user. */
  protected beginSession(session: Session): Session {
    this.#token = session.token;
    return session;
  }

  /** From here on the calls are a guest's. */
  protected endSession(): void {
    this.#token = null;
  }

  /** Whoever is signed in owns the booking by account. Only a guest needs a token for it. */
  protected needCart(): void {
    if (this.#token === null) this.#cartToken ??= randomToken();
  }

  /** Runs an operation that may be repeated: a query, or a mutation that changes nothing the second time. */
  protected async call<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    options: CallOptions | undefined,
  ): Promise<Result> {
    return await this.transport.graphql(document, variables, true, options);
  }

  /** Runs a mutation that is not repeated when its answer is lost. */
  protected async callOnce<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    options: CallOptions | undefined,
  ): Promise<Result> {
    return await this.transport.graphql(document, variables, false, options);
  }

  /** A mutation with a key has one also when it is not retried: a proxy may repeat it on its own. */
  protected async callWithKey<Result, Input>(
    document: TypedDocument<Result, { input: Input }>,
    input: Omit<Input, "idempotencyKey">,
    options: KeyedCallOptions,
  ): Promise<Result> {
    const idempotencyKey = options.idempotencyKey ?? randomToken();
    const variables = { input: { ...input, idempotencyKey } as Input };
    return await this.call(document, variables, options);
  }

  /** A list that is fetched while it is walked through. */
  protected list<T>(
    { pageSize = PAGE_SIZE }: ListOptions,
    fetch: (first: number, after: string | null) => Promise<Connection<T>>,
  ): Paged<T> {
    return new Paged(async (after) => toPage(await fetch(pageSize, after)));
  }
}

/** The server's address without a path, whichever way it was given. */
function baseUrl(url: string): string {
  if (/^https?:\/\/[^/]/.test(url)) return url.replace(/\/+(graphql\/*)?$/, "");
  throw new UsageError(`This is no address of a server: ${url}`, {
    code: "USAGE",
    hint: "Give one such as http://127.0.0.1:4000.",
  });
}
