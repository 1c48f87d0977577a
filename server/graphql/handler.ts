import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { GraphQLError, type GraphQLSchema } from "postgraphile/graphql";
import { grafserv } from "postgraphile/grafserv/fastify/v5";
import { Accounts } from "../accounts.ts";
import { readBody } from "../body.ts";
import type { Database } from "../database.ts";
import type { Passwords } from "../passwords.ts";
import { makeMaskError, type ErrorLog } from "./errors.ts";
import { requestSettings } from "./identity.ts";
import { limitRules, pageError, requestLimits, tooLong } from "./limits.ts";

/** What GraphQL is served with. */
export interface GraphqlOptions {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly schema: GraphQLSchema;
  readonly resolvedPreset: GraphileConfig.ResolvedPreset;
  /** Whether a page for trying queries is served, too. */
  readonly graphiql: boolean;
  readonly log: ErrorLog;
}

/** How long a request may be: a guest's, and that of somebody with a session, who may be sending a layout. */
const bodyBytesMax = { guest: 128 * 1024, user: 8 * 1024 * 1024 } as const;

/** Serves POST /graphql and, where it is wanted, GET /graphiql. */
export async function addGraphql(app: FastifyInstance, options: GraphqlOptions): Promise<void> {
  const { database, passwords, schema, resolvedPreset, graphiql, log } = options;
  const server = grafserv({
    schema,
    preset: {
      extends: [resolvedPreset],
      plugins: [RequestLimitsPlugin],
      grafast: {
        timeouts: { planning: 500, execution: 10_000 },
        context: ({ fastifyv5 }) => {
          if (fastifyv5 === undefined) throw new Error("GraphQL is served over HTTP only.");
          const pgSettings = requestSettings(fastifyv5.request);
          return { pgSettings, accounts: new Accounts(database, passwords, pgSettings) };
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
  await app.register(async (scope) => {
    scope.removeContentTypeParser("application/json");
    scope.addContentTypeParser(
      ["application/json", "application/graphql"],
      (request: FastifyRequest, payload: IncomingMessage) =>
        readBody(
          payload,
          request.headers.authorization === undefined ? bodyBytesMax.guest : bodyBytesMax.user,
        ),
    );
    await server.addTo(scope);
  });
  await server.ready();
}

/** Refuses what asks for too much before anything is planned or run. */
const RequestLimitsPlugin: GraphileConfig.Plugin = {
  name: "LmlRequestLimitsPlugin",
  version: "1.0.0",
  grafserv: {
    middleware: {
      setPreset(next, event) {
        event.validationRules.push(...limitRules);
        return next();
      },
      processGraphQLRequestBody(next, { body }) {
        if (typeof body.query === "string" && body.query.length > requestLimits.textLength) {
          const { code, message, hint } = tooLong;
          throw new GraphQLError(message, { extensions: { code, hint, statusCode: 400 } });
        }
        return next();
      },
    },
  },
  grafast: {
    middleware: {
      execute(next, { args }) {
        const error = pageError(args.document, args.operationName, args.variableValues);
        return error === undefined ? next() : { errors: [error] };
      },
    },
  },
};
