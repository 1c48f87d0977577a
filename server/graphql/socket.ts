import { fastifyWebsocket, type WebSocket } from "@fastify/websocket";
import type { FastifyInstance, FastifyRequest } from "fastify";
import {
  handleProtocols,
  makeServer,
  type Context,
  type OperationResult,
  type ServerOptions,
  type SubscribePayload,
} from "graphql-ws";
import { hookArgs, type GrafastExecutionArgs } from "postgraphile/grafast";
import type { GrafservBase } from "postgraphile/grafserv";
import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  type GraphQLFormattedError,
} from "postgraphile/graphql";
import { networkOf } from "../addresses.ts";
import { RefusedError } from "../errors.ts";
import type { RequestLimit } from "../hardening.ts";
import { Demand } from "../live.ts";
import { loggable, type ErrorLog } from "./errors.ts";

/** How many may listen, and how long they may be silent. */
export interface SocketSettings {
  /** Connections at once. */
  readonly total: number;
  /** Connections at once from one address. */
  readonly address: number;
  /** How long a connection may wait with saying who it is, in milliseconds. */
  readonly initMs: number;
  /** How long a connection may be silent before it is asked whether it is there, and then until it answers. */
  readonly keepAliveMs: number;
}

/** What is enough for a box office, and for an office that shares an address. */
export const defaultSocketSettings: SocketSettings = {
  total: 2_000,
  address: 200,
  initMs: 5_000,
  keepAliveMs: 12_000,
};

/** What one connection may do. */
const connectionLimits = {
  /** Subscriptions at once. */
  subscriptions: 10,
  /** How long a message may be: a subscription with its variables. */
  messageBytes: 32 * 1024,
  /** Messages from one keepalive to the next. */
  messages: 600,
  /** Keepalives in a row without a subscription. */
  idleTurns: 5,
} as const;

/** Why a connection is closed, as clients of the protocol understand it. */
const closing = {
  idle: [1000, "Nothing is listened to."],
  tooMany: [1008, "These are too many messages."],
  restart: [1012, "The server stops; come back."],
  full: [1013, "Too many listen; come back later."],
  forbidden: [4403, "Pages of this origin may not connect."],
  tooManyOfAddress: [4429, "These are too many connections from one address."],
  failed: [4500, "Something went wrong here."],
} as const;

/** How long a client may take to agree that its connection is closed. */
const closeMs = 1_000;

declare global {
  namespace Grafast {
    interface RequestContext {
      /** Whoever listens over a socket. */
      readonly subscriber?: Subscriber;
    }
  }
}

/** Whoever listens: their request, and whether they take what they are told. */
export interface Subscriber {
  readonly request: FastifyRequest;
  readonly demand: Demand;
}

/** What subscriptions are served with. */
export interface SocketOptions {
  readonly server: GrafservBase;
  /** Pages that may connect, as in `HardeningOptions`. */
  readonly allowedOrigins: readonly string[];
  readonly settings: SocketSettings;
  /** Counts a subscription as a request. */
  readonly limitRequests: RequestLimit;
  readonly log: ErrorLog;
  /** Answers GET /graphql when it asks for no connection. */
  readonly answerGet: () => never;
}

/** A connection, once it has said who it is. */
interface Connection {
  caller: FastifyRequest;
  /** How many subscriptions it has. */
  subscriptions(): number;
}

/** Serves subscriptions on GET /graphql, by the protocol graphql-transport-ws. */
export async function addSocket(app: FastifyInstance, options: SocketOptions): Promise<void> {
  const { allowedOrigins, settings, answerGet, log } = options;
  const open = new Map<string, number>();
  let total = 0;
  // Before the plugin's own, which closes without saying why.
  app.addHook("preClose", async () => {
    for (const socket of app.websocketServer.clients) close(socket, closing.restart);
  });
  await app.register(fastifyWebsocket, {
    options: {
      handleProtocols,
      maxPayload: connectionLimits.messageBytes,
      // It would keep a window of memory for each connection, for messages that are mostly small.
      perMessageDeflate: false,
    },
    // What breaks a connection closes it.
    errorHandler: () => undefined,
  });
  const protocol = makeServer(protocolOptions(options));
  app.route({
    method: "GET",
    url: "/graphql",
    handler: answerGet,
    wsHandler: (socket, request) => {
      const network = networkOf(request.ip);
      const there = open.get(network) ?? 0;
      // Browsers tell a page why it was closed, and not why it was never opened.
      if (!isAllowedOrigin(request, allowedOrigins)) return close(socket, closing.forbidden);
      if (total >= settings.total) return close(socket, closing.full);
      if (there >= settings.address) return close(socket, closing.tooManyOfAddress);
      total += 1;
      open.set(network, there + 1);
      socket.once("close", () => {
        total -= 1;
        const left = (open.get(network) ?? 1) - 1;
        if (left > 0) open.set(network, left);
        else open.delete(network);
      });
      const connection: Connection = { caller: request, subscriptions: () => 0 };
      serve(socket, protocol, connection, settings.keepAliveMs, log);
    },
  });
}

/** Closes a connection, whether or not the other side agrees. */
function close(socket: WebSocket, [code, reason]: readonly [code: number, reason: string]): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.close(code, reason);
  const impatience = setTimeout(() => socket.terminate(), closeMs);
  socket.once("close", () => clearTimeout(impatience));
}

/** Connects a socket with the protocol. */
function serve(
  socket: WebSocket,
  protocol: ReturnType<typeof makeServer<Record<string, unknown>, Connection>>,
  connection: Connection,
  keepAliveMs: number,
  log: ErrorLog,
): void {
  let messages = 0;
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      // Resolves when the bytes have left: whoever does not read them gets no more.
      send: (text) =>
        new Promise((resolve, reject) => {
          if (socket.readyState !== socket.OPEN) resolve();
          else socket.send(text, (error) => (error == null ? resolve() : reject(error)));
        }),
      close: (code = 1000, reason = "") => close(socket, [code, reason]),
      onMessage: (handle) => {
        socket.on("message", (data) => {
          messages += 1;
          if (messages > connectionLimits.messages) return close(socket, closing.tooMany);
          handle(String(data)).catch((error: unknown) => {
            if (socket.readyState !== socket.OPEN) return;
            log.error({ err: loggable(error) }, "failed at a message of a socket");
            close(socket, closing.failed);
          });
        });
      },
    },
    connection,
  );
  let isAlive = true;
  let idleTurns = 0;
  socket.on("pong", () => (isAlive = true));
  const keepAlive = setInterval(() => {
    if (!isAlive) return socket.terminate();
    idleTurns = connection.subscriptions() > 0 ? 0 : idleTurns + 1;
    if (idleTurns > connectionLimits.idleTurns) return close(socket, closing.idle);
    isAlive = false;
    messages = 0;
    socket.ping();
  }, keepAliveMs);
  socket.once("close", (code, reason) => {
    clearInterval(keepAlive);
    closed(code, String(reason)).catch((error: unknown) => {
      log.error({ err: loggable(error) }, "failed at closing a socket");
    });
  });
}

/** A subscription, ready to be run. */
interface Execution extends GrafastExecutionArgs {
  readonly run: (execution: GrafastExecutionArgs) => unknown;
  readonly demand: Demand;
}

/** How messages of the protocol are answered. */
function protocolOptions({
  server,
  settings,
  limitRequests,
}: SocketOptions): ServerOptions<Record<string, unknown>, Connection> {
  const mask = (error: GraphQLError): GraphQLFormattedError => {
    const masked = server.dynamicOptions.maskError(error);
    return masked instanceof GraphQLError ? masked.toJSON() : masked;
  };
  return {
    connectionInitWaitTimeout: settings.initMs,
    onConnect: ({ extra, connectionParams, subscriptions }) => {
      extra.caller = callerOf(extra.caller, connectionParams);
      extra.subscriptions = () => Object.keys(subscriptions).length;
    },
    onSubscribe: async (ctx, _id, payload) => {
      try {
        requireRoom(ctx);
        await limitRequests(ctx.extra.caller);
        return await prepare(server, ctx.extra.caller, payload);
      } catch (error) {
        return [asGraphqlError(error)];
      }
    },
    subscribe: (execution) => {
      const { run, ...args } = execution as Execution;
      return run(args) as OperationResult;
    },
    onOperation: (_ctx, _id, _payload, args, result) =>
      isAsyncGenerator(result) ? onDemand(result, (args as Execution).demand) : undefined,
    onNext: (_ctx, _id, _payload, _args, { data = null, errors }) =>
      errors === undefined ? undefined : { data, errors: errors.map(mask) },
    onError: (_ctx, _id, _payload, errors) => errors.map(mask),
  };
}

/** What a connection says of who it is counts as the headers of a request do, and nothing else that it says. */
const identityHeaders: ReadonlySet<string> = new Set([
  "authorization",
  "x-cart-token",
  "x-event-key",
  "x-lml-channel",
  "x-lml-device",
]);

/** The request that opened a connection, as if it had been sent by who the connection then said it is. */
function callerOf(
  request: FastifyRequest,
  said: Readonly<Record<string, unknown>> = {},
): FastifyRequest {
  const kept = Object.entries(request.headers).filter(([name]) => !identityHeaders.has(name));
  const known = Object.entries(said)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name, value]) => identityHeaders.has(name) && typeof value === "string");
  const headers = Object.fromEntries([...kept, ...known]);
  return Object.create(request, { headers: { value: headers } }) as FastifyRequest;
}

/** Browsers let any page open a connection, and say which. What is no browser says nothing. */
function isAllowedOrigin(request: FastifyRequest, allowed: readonly string[]): boolean {
  const { origin } = request.headers;
  if (origin === undefined || allowed.includes("*") || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === request.host;
}

function requireRoom({ subscriptions }: Context): void {
  if (Object.keys(subscriptions).length <= connectionLimits.subscriptions) return;
  throw new RefusedError(
    "LMCPX",
    `One connection has at most ${connectionLimits.subscriptions} subscriptions.`,
    { hint: "End some, or open another connection." },
  );
}

/** Checks an operation as over HTTP, and that it is a subscription. */
async function prepare(
  server: GrafservBase,
  request: FastifyRequest,
  { query, operationName, variables }: SubscribePayload,
): Promise<Execution | readonly GraphQLError[]> {
  const demand = new Demand();
  const requestContext = { subscriber: { request, demand } };
  const config = await server.getExecutionConfig(requestContext);
  const { errors, document } = config.parseAndValidate(query);
  if (errors !== undefined) return errors;
  const operation = getOperationAST(document, operationName);
  // What is asked over HTTP is counted, logged and limited there.
  if (operation != null && operation.operation !== OperationTypeNode.SUBSCRIPTION) {
    throw new RefusedError("LMINP", "Over a WebSocket, there are subscriptions only.", {
      hint: "Send queries and mutations with POST.",
    });
  }
  const { grafast } = config.resolvedPreset;
  const { execution: _forRequests, ...timeouts } = grafast?.timeouts ?? {};
  const args: GrafastExecutionArgs = {
    schema: config.schema,
    document,
    rootValue: null,
    contextValue: config.contextValue,
    variableValues: variables,
    operationName,
    // A subscription has no end. Each of its statements has a limit of its own.
    resolvedPreset: { ...config.resolvedPreset, grafast: { ...grafast, timeouts } },
    requestContext,
    middleware: server.grafastMiddleware,
  };
  return { ...(await hookArgs(args)), run: config.subscribe, demand };
}

function asGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

function isAsyncGenerator<T>(value: unknown): value is AsyncGenerator<T> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** The same results, each of which is made when it is asked for: GraphQL would make them as fast as it can. */
function onDemand<T>(results: AsyncGenerator<T>, demand: Demand): AsyncGenerator<T> {
  return {
    next: () => {
      demand.ask();
      return results.next();
    },
    return: (value) => results.return(value),
    throw: (error) => results.throw(error),
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => {
      await results.return(undefined);
    },
  };
}
