import { readFile } from "node:fs/promises";
import type { FastifyInstance } from "fastify";
import { buildSchema, findBreakingChanges, type GraphQLSchema } from "postgraphile/graphql";
import type { Database } from "./database.ts";

/** What readiness depends on. */
export interface HealthOptions {
  readonly database: Database;
  /** What the database gives, compared with what this server was written for. */
  readonly missing: readonly string[];
  /** Whether the server is about to stop. */
  readonly isStopping: () => boolean;
}

/** The functions that the server calls itself, which GraphQL's schema does not show. */
const ownFunctions = [
  "change_password",
  "close_account",
  "complete_sign_up",
  "confirm_email_change",
  "confirm_two_factor",
  "count_attempt",
  "current_account",
  "current_two_factor",
  "email_of_reset_token",
  "enroll_two_factor",
  "find_admission_news",
  "find_credentials",
  "find_news",
  "find_sign_up",
  "invite_member",
  "open_session",
  "receive_stripe_event",
  "record_failed_attempt",
  "record_failed_sign_in",
  "record_session_activity",
  "refresh_session",
  "remove_two_factor",
  "request_email_change",
  "request_email_verification",
  "request_erasure",
  "request_password_reset",
  "resend_invitation",
  "reset_password",
  "return_attempt",
  "sign_in",
  "sign_up",
  "start_impersonation",
  "use_recovery_code",
  "use_time_step",
  "verify_email",
];

/** Serves GET /healthz, whether the process lives, and GET /readyz, whether it should be sent requests. */
export function addHealth(app: FastifyInstance, options: HealthOptions): void {
  const { database, missing, isStopping } = options;
  app.get("/healthz", () => ({ status: "alive" }));
  app.get("/readyz", async (request, reply) => {
    const problems = [...missing];
    if (isStopping()) problems.push("the server is stopping");
    if (database.refusesWrites()) problems.push("the database takes nothing in");
    try {
      problems.push(...(await missingFunctions(database)));
    } catch (error) {
      request.log.warn({ code: codeOf(error) }, "the database does not answer");
      problems.push("the database does not answer");
    }
    reply.header("cache-control", "no-store");
    if (problems.length > 0) return reply.code(503).send({ status: "not ready", problems });
    return { status: "ready" };
  });
}

/** What an older database lacks of the API that this server was written for. More than that does no harm. */
export async function missingFromSchema(schema: GraphQLSchema): Promise<string[]> {
  const file = new URL("../sdk/schema.graphql", import.meta.url);
  const changes = findBreakingChanges(buildSchema(await readFile(file, "utf8")), schema);
  const more = changes.length > 5 ? [`and ${changes.length - 5} more`] : [];
  return [
    ...changes
      .slice(0, 5)
      .map(({ description }) => `the database is of another version: ${description}`),
    ...more,
  ];
}

async function missingFunctions(database: Database): Promise<string[]> {
  const settings = { statement_timeout: "2s" };
  const missing = await database.query<{ name: string }>(settings, {
    name: "lml_ready",
    text: `select f.name from unnest($1::text[]) as f (name)
      where not exists (
        select from pg_catalog.pg_proc as p
        where p.pronamespace = 'app_private'::pg_catalog.regnamespace
          and p.proname = f.name
          and pg_catalog.has_function_privilege(p.oid, 'execute')
      )`,
    values: [ownFunctions],
  });
  return missing.map(({ name }) => `the database has no function app_private.${name}`);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
