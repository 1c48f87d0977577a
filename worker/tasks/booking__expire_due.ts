import { z } from "zod";
import { callFunction, callInBatches, defineTask } from "../context.ts";

const batchLimit = 500;

/** Tidies up bookings whose deadline has passed, batch by batch. */
export const bookingExpireDue = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callInBatches(helpers, "expire_bookings", batchLimit);
  // What was held of an allocation goes back there, booking by booking.
  while (await callFunction<boolean>(helpers, "expire_allocated_booking"));
});
