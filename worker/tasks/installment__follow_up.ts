import { z } from "zod";
import { callInBatches, defineTask } from "../context.ts";

const batchLimit = 100;

/** Reminds of installments and tells of overdue ones, batch by batch. */
export const installmentFollowUp = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callInBatches(helpers, "follow_up_installments", batchLimit);
});
