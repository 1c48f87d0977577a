import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

const batchLimit = 500;

/** Tidies up bookings whose deadline has passed, batch by batch. */
export const bookingExpireDue = defineTask(z.looseObject({}), async (_payload, helpers) => {
  let expired = batchLimit;
  while (expired === batchLimit) {
    expired = await callFunction<number>(helpers, "expire_bookings", batchLimit);
  }
  // What was held of an allocation goes back there, booking by booking.
  while (await callFunction<boolean>(helpers, "expire_allocated_booking"));
});
