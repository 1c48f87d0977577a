import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

const batchLimit = 500;

/** Completes the bookings of performances that are over, performance by performance. */
export const bookingCompleteDue = defineTask(z.looseObject({}), async (_payload, helpers) => {
  let completed = 1;
  while (completed > 0) {
    completed = await callFunction<number>(helpers, "complete_bookings", batchLimit);
  }
});
