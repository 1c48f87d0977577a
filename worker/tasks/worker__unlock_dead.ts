import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

/** Frees the jobs of workers that were killed. */
export const workerUnlockDead = defineTask(z.looseObject({}), async (_payload, helpers) => {
  const dead = await callFunction<string[]>(helpers, "unlock_dead_workers");
  if (dead.length > 0) helpers.logger.warn(`freed the jobs of ${dead.join(", ")}`);
});
