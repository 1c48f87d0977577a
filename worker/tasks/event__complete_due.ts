import { z } from "zod";
import { callInBatches, defineTask } from "../context.ts";

const batchLimit = 500;

/** Completes what is over, batch by batch. */
export const eventCompleteDue = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callInBatches(helpers, "complete_performances", batchLimit);
});
