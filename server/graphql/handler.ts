import type { FastifyInstance, FastifyRequest } from "fastify";
import {
  NoSchemaIntrospectionCustomRule,
  type GraphQLError,
  type GraphQLSchema,
  type ValidationRule,
} from "postgraphile/graphql";
import type { GrafastExecutionArgs } from "postgraphile/grafast";
import { grafserv } from "postgraphile/grafserv/fastify/v5";
import { AccountRequest } from "../account-request.ts";
import { Accounts } from "../accounts.ts";
import type { Database } from "../database.ts";
import { RefusedError } from "../errors.ts";
import { Invitations } from "../invitations.ts";
import type { Passwords } from "../passwords.ts";
import type { Locate } from "../places.ts";
import type { SessionActivity } from "../session-activity.ts";
import type { TwoFactor } from "../two-factor.ts";
import { makeMaskError, type ErrorLog } from "./errors.ts";
import type { Limits } from "../hardening.ts";
import type { Live } from "../live.ts";
import { requestSettings } from "./identity.ts";
import { limitRules, pageError, withCode } from "./limits.ts";
import { bodyBytesMax, readRequests } from "./request-body.ts";
import { presetFor } from "./schema.ts";
import { addSocket, type SocketSettings, type Subscriber } from "./socket.ts";
import { startQueryPlugin } from "./start-query.ts";

/** What GraphQL is served with. */
export interface GraphqlOptions {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly schema: GraphQLSchema;
  readonly twoFactor: TwoFactor;
  /** Told whose session asks. */
  readonly sessionActivity: SessionActivity;
  /** Counts attempts to sign up or in, and subscriptions. */
  readonly limits: Limits;
  /** What is new, for those who listen. */
  readonly live: Live;
  /** How many may listen. */
  readonly sockets: SocketSettings;
  /** Pages that may listen, as in `HardeningOptions`. */
  readonly allowedOrigins: readonly string[];
  /** Says where a request comes from. Undefined: nobody knows. */
  readonly locate?: Locate | undefined;
  /** Whether the schema can be asked for. */
  readonly introspection: boolean;
  /** Whether a page for trying queries is served, too. */
  readonly graphiql: boolean;
  readonly log: ErrorLog;
}

/** Serves POST /graphql and, where it is wanted, GET /graphiql. */
export async function addGraphql(app: FastifyInstance, options: GraphqlOptions): Promise<void> {
  const { database, schema, graphiql, introspection, log } = options;
  const server = grafserv({
    schema,
    preset: {
      extends: [presetFor(database.service)],
      plugins: [
        requestLimitsPlugin(introspection ? [] : [NoSchemaIntrospectionCustomRule]),
        startQueryPlugin,
      ],
      grafast: {
        // Each statement has a limit of its own; that of execution is for all statements of a request. That of planning is
        // by the clock, and who once was above it is refused for a minute: a machine with much to do must not get there.
        timeouts: { planning: 5_000, execution: 35_000 },
        context: ({ fastifyv5, subscriber }) => {
          const request = subscriber?.request ?? fastifyv5?.request;
          if (request === undefined) throw new Error("Nobody asked.");
          return contextOf(request, subscriber, options);
        },
      },
      grafserv: {
        graphqlPath: "/graphql",
        graphqlOverGET: false,
        graphiql,
        graphiqlPath: "/graphiql",
        graphiqlOnGraphQLGET: false,
        websockets: false,
        maxRequestLength: bodyBytesMax.user,
        outputDataAsString: true,
        maskError: makeMaskError(log),
      },
    },
  });
  app.addHook("onClose", () => server.release());
  await addSocket(app, {
    server,
    allowedOrigins: options.allowedOrigins,
    settings: options.sockets,
    limitRequests: options.limits.request,
    log,
    answerGet: () => {
      throw new RefusedError("LMINP", "GraphQL is asked with POST.", {
        hint: graphiql ? "A page for trying queries is at /graphiql." : "Send the query as JSON.",
      });
    },
  });
  // Shows the way to people who open the server's address in a browser, which asks with GET.
  if (graphiql) app.get("/", (_request, reply) => reply.redirect("/graphiql"));
  await app.register(async (scope) => {
    readRequests(scope, database);
    await server.addTo(scope);
  });
  await server.ready();
}

/** What resolvers know of a request: in whose name it asks, and what acts for them. */
function contextOf(
  request: FastifyRequest,
  subscriber: Subscriber | undefined,
  { database, passwords, twoFactor, sessionActivity, limits, live, locate }: GraphqlOptions,
): Partial<Grafast.Context> {
  const pgSettings = requestSettings(request, locate?.(request));
  sessionActivity.note(pgSettings["lml.session_token"] ?? "");
  const account = new AccountRequest(database, pgSettings, () => limits.signIn(request));
  return {
    pgSettings,
    accounts: new Accounts(account, passwords, twoFactor),
    invitations: new Invitations(database, pgSettings),
    listening:
      subscriber === undefined
        ? undefined
        : { live, listener: { settings: pgSettings, demand: subscriber.demand } },
  };
}

/** Refuses pages that hold too much, before anything of an operation runs. */
function refusePages<Result>(
  next: () => Result,
  { args }: { readonly args: GrafastExecutionArgs },
): Result | { readonly errors: GraphQLError[] } {
  const error = pageError(args.document, args.operationName, args.variableValues);
  return error === undefined ? next() : { errors: [error] };
}

/** Refuses what asks for too much before anything is planned or run. */
const requestLimitsPlugin = (moreRules: readonly ValidationRule[]): GraphileConfig.Plugin => ({
  name: "LmlRequestLimitsPlugin",
  version: "1.0.0",
  grafserv: {
    middleware: {
      setPreset(next, event) {
        const rules = [...event.validationRules, ...moreRules];
        event.validationRules = [...rules.map((rule) => withCode("LMINP", rule)), ...limitRules];
        return next();
      },
    },
  },
  grafast: {
    middleware: {
      execute: refusePages,
      subscribe: refusePages,
    },
  },
});
