import { z } from "zod";
import { callInBatches, defineTask } from "../context.ts";

const batchLimit = 100;

/** Reminds staff of disputes that nobody has answered, batch by batch. */
export const disputeRemindDue = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callInBatches(helpers, "remind_of_disputes", batchLimit);
});
