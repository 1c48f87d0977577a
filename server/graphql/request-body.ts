import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { readBody } from "../body.ts";
import type { Database } from "../database.ts";
import { RefusedError } from "../errors.ts";
import { requestSettings } from "./identity.ts";
import { requestLimits } from "./limits.ts";

/** How long a request may be: a guest's, and that of a user, who may be sending a layout, or of a scanner. */
export const bodyBytesMax = { guest: 128 * 1024, user: 8 * 1024 * 1024 } as const;

/** Takes requests as JSON and nothing else. Who is not known gets no more read than a guest may send. */
export function readRequests(scope: FastifyInstance, database: Database): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    "application/json",
    async (request: FastifyRequest, payload: IncomingMessage) =>
      parseRequest(
        await readBody(payload, bodyBytesMax.guest, async () =>
          (await isKnown(database, request)) ? bodyBytesMax.user : bodyBytesMax.guest,
        ),
      ),
  );
}

/** Whether a request comes from a user or from a scanner: any header may look like a token. */
async function isKnown(database: Database, request: FastifyRequest): Promise<boolean> {
  if (request.headers.authorization === undefined) return false;
  const [row] = await database.query<{ known: boolean }>(requestSettings(request), {
    name: "lml_is_known",
    text: `select num_nonnulls(app_hidden.current_user_id(), app_hidden.current_device_id()) > 0
      as known`,
  });
  return row?.known ?? false;
}

/** Reads a request that has the shape of one. Raises LMINP and LMCPX; what it means is checked later. */
function parseRequest(body: Buffer): object {
  let request: unknown;
  try {
    request = JSON.parse(body.toString("utf8"));
  } catch {
    throw new RefusedError("LMINP", "The body is not JSON.");
  }
  if (
    typeof request !== "object" ||
    request === null ||
    !("query" in request) ||
    typeof request.query !== "string"
  ) {
    throw new RefusedError(
      "LMINP",
      'The body is not a request such as {"query": "{ __typename }"}.',
    );
  }
  if (request.query.length > requestLimits.textLength) {
    throw new RefusedError(
      "LMCPX",
      `The text of an operation has at most ${requestLimits.textLength} characters.`,
      { hint: "Put what is long into variables." },
    );
  }
  return request;
}
