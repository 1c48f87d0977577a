import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

const batchLimit = 500;

/** Completes what is over, batch by batch. */
export const eventCompleteDue = defineTask(z.looseObject({}), async (_payload, helpers) => {
  let completed = batchLimit;
  while (completed === batchLimit) {
    completed = await callFunction<number>(helpers, "complete_performances", batchLimit);
  }
});
