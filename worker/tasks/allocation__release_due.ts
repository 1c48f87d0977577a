import { z } from "zod";
import { callInBatches, defineTask } from "../context.ts";

const batchLimit = 100;

/** Puts on sale what was kept back until today, batch by batch. */
export const allocationReleaseDue = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callInBatches(helpers, "release_due_allocations", batchLimit);
});
