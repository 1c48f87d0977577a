import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";

/** Counts the requests that are not answered yet. */
export function countRequests(app: FastifyInstance): {
  ended(patienceMs: number): Promise<boolean>;
} {
  let count = 0;
  app.addHook("onRequest", (_request, reply, done) => {
    count += 1;
    // Also when the client goes away before the answer, and when what became a connection is closed.
    reply.raw.once("close", () => (count -= 1));
    done();
  });
  return {
    ended: async (patienceMs) => {
      const deadline = performance.now() + patienceMs;
      // A last moment for answers to leave, and for requests that were accepted just before.
      for (await sleep(50); count > 0; await sleep(20)) {
        if (performance.now() > deadline) return false;
      }
      return true;
    },
  };
}
