import { randomBytes } from "node:crypto";
import { GraphQLError } from "postgraphile/graphql";
import { isSafeError } from "postgraphile/grafast";
import { publicError } from "../errors.ts";

/** Where what callers may not know is written down. */
export interface ErrorLog {
  error(details: object, message: string): void;
}

/**
 * Decides what a caller learns of an error: a refusal with its code, hint and detail; a mistake in the request as GraphQL
 * words it; of everything else an id, under which the log has the rest.
 */
export function makeMaskError(log: ErrorLog): (error: GraphQLError) => GraphQLError {
  return (error) => {
    const { originalError } = error;
    const known = publicError(originalError);
    if (known !== undefined) {
      const { message, code, hint, detail } = known;
      return again(error, message, { code, hint, detail });
    }
    // Errors of coercion, which speak of the request alone. Those of parsing and validation are not masked at all.
    if (originalError == null || originalError instanceof GraphQLError) {
      return error.extensions["code"] === undefined
        ? again(error, error.message, { code: "LMINP" })
        : error;
    }
    if (isSafeError(originalError)) {
      // Grafast's own limits on planning and execution, or a cursor that is none.
      return /timeout exceeded|too long to plan/i.test(originalError.message)
        ? again(error, originalError.message, { code: "LMTMO" })
        : again(error, originalError.message, { code: "LMINP", ...originalError.extensions });
    }
    const errorId = randomBytes(9).toString("base64url");
    log.error({ errorId, path: error.path, err: loggable(originalError) }, "masked an error");
    return again(error, `Something went wrong here; ask the operator about ${errorId}.`, {
      code: "LMINT",
      errorId,
    });
  };
}

/** The same error at the same place with another text. */
function again(
  error: GraphQLError,
  message: string,
  extensions: Readonly<Record<string, unknown>>,
): GraphQLError {
  return new GraphQLError(message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: Object.fromEntries(
      Object.entries(extensions).filter(([, value]) => value !== undefined),
    ),
  });
}

const loggedFields: ReadonlySet<string> = new Set([
  "code",
  "severity",
  "schema",
  "table",
  "constraint",
  "routine",
  "where",
]);

/** An error without what holds values of rows or arguments: `detail`, `internalQuery` and whatever else hangs on it. */
export function loggable(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const fields = Object.entries(error).filter(
    ([name, value]) => loggedFields.has(name) && value !== undefined,
  );
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...Object.fromEntries(fields),
  };
}
