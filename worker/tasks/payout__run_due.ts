import { z } from "zod";
import { callFunction, callInBatches, defineTask } from "../context.ts";

const batchLimit = 50;

/** Makes the payouts of periods that have ended, and has those sent that wait or failed for a while. */
export const payoutRunDue = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callInBatches(helpers, "run_due_payouts", batchLimit);
  await callFunction<number>(helpers, "requeue_payouts", 500);
});
