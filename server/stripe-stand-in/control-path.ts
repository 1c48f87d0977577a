import type { FastifyInstance } from "fastify";
import { ZodError } from "zod";
import { controlCommands } from "./control-commands.ts";
import type { StandInControl } from "./control.ts";
import { invalidRequest } from "./errors.ts";
import { type Keys, requireSecretKey } from "./keys.ts";
import { errorReply, json, sendReply } from "./replies.ts";

function parseJson(body: unknown): unknown {
  if (typeof body !== "string" || body === "") return {};
  try {
    return JSON.parse(body);
  } catch {
    throw invalidRequest("The body is not JSON.");
  }
}

/** Serves `/_stand_in`, by which a test looks in and stirs up. */
export function serveControl(app: FastifyInstance, control: StandInControl, keys: Keys): void {
  const commands = controlCommands(control);
  app.get("/_stand_in", async (request, reply) => {
    try {
      requireSecretKey(request, keys);
    } catch (error) {
      return sendReply(reply, errorReply(error, false));
    }
    return sendReply(reply, json(200, control.status()));
  });
  app.post<{ Params: { command: string } }>("/_stand_in/:command", async (request, reply) => {
    try {
      requireSecretKey(request, keys);
      const command = commands.get(request.params.command);
      if (command === undefined) {
        throw invalidRequest(`The commands are: ${[...commands.keys()].join(", ")}.`);
      }
      const result = await command(parseJson(request.body));
      return await sendReply(reply, json(200, result ?? control.status()));
    } catch (error) {
      const refusal = error instanceof ZodError ? invalidRequest(error.message) : error;
      return sendReply(reply, errorReply(refusal, false));
    }
  });
}
