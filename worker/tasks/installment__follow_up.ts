import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

const batchLimit = 100;

/** Reminds of installments and tells of overdue ones, batch by batch. */
export const installmentFollowUp = defineTask(z.looseObject({}), async (_payload, helpers) => {
  let seen = batchLimit;
  while (seen === batchLimit) {
    seen = await callFunction<number>(helpers, "follow_up_installments", batchLimit);
  }
});
