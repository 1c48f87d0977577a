import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

const batchLimit = 100;

/** Reminds staff of disputes that nobody has answered, batch by batch. */
export const disputeRemindDue = defineTask(z.looseObject({}), async (_payload, helpers) => {
  let seen = batchLimit;
  while (seen === batchLimit) {
    seen = await callFunction<number>(helpers, "remind_of_disputes", batchLimit);
  }
});
