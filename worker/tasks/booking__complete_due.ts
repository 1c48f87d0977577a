import { z } from "zod";
import { callUntilNothingIsLeft, defineTask } from "../context.ts";

const batchLimit = 500;

/** Completes the bookings of performances that are over, performance by performance. */
export const bookingCompleteDue = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callUntilNothingIsLeft(helpers, "complete_bookings", batchLimit);
});
