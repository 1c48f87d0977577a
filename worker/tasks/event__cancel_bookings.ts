import { z } from "zod";
import { callUntilNothingIsLeft, defineTask } from "../context.ts";

const batchLimit = 100;
const payload = z.object({ cancellation_id: z.uuid() });

/** Refunds everybody of a canceled event, batch by batch. Each batch is a transaction, so a killed worker loses nothing. */
export const eventCancelBookings = defineTask(payload, async ({ cancellation_id }, helpers) => {
  await callUntilNothingIsLeft(helpers, "cancel_bookings_of", cancellation_id, batchLimit);
});
