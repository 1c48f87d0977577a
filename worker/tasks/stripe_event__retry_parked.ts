import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

const batchLimit = 500;

/** Has events tried again that wait for what they are about, and calls made again whose job was given up. */
export const stripeEventRetryParked = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callFunction<number>(helpers, "retry_parked_events", batchLimit);
  await callFunction<number>(helpers, "requeue_stripe_calls", batchLimit);
});
