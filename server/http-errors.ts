import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { publicError, type PublicError } from "./errors.ts";
import { loggable } from "./graphql/errors.ts";

const statusOfCode: Readonly<Record<string, number>> = {
  LMAUT: 401,
  LMBIG: 413,
  LMBSY: 503,
  LMNFD: 404,
  LMRTE: 429,
  LMSES: 401,
  LMTMO: 503,
  LMUNK: 503,
};

/** Answers with an error outside GraphQL, in the shape that GraphQL's have. */
export function answerError(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const known = publicError(error);
  if (known !== undefined) {
    const status = statusOfCode[known.code] ?? 400;
    // What is left of a body that is too long is not read.
    if (status === 413) reply.header("connection", "close");
    if (known.code === "LMRTE") reply.header("retry-after", known.detail);
    return reply.code(status).send(errorBody(known));
  }
  const status = "statusCode" in error ? (error.statusCode ?? 500) : 500;
  if (status === 415) {
    const message = "The body is not said to be JSON.";
    return reply
      .code(status)
      .send(errorBody({ code: "LMINP", message, hint: "Send content-type: application/json." }));
  }
  if (status < 500) {
    return reply.code(status).send(errorBody({ message: error.message }));
  }
  request.log.error({ err: loggable(error) }, "failed to answer");
  return reply.code(status).send(
    errorBody({
      code: "LMINT",
      message: `Something went wrong here; ask the operator about ${request.id}.`,
      errorId: request.id,
    }),
  );
}

interface PublicBody extends Partial<PublicError> {
  readonly message: string;
  readonly errorId?: string;
}

/** An error as GraphQL answers have it. */
export function errorBody({ message, ...extensions }: PublicBody): object {
  return { errors: [{ message, extensions }] };
}
