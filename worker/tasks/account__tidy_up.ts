import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

const batchLimit = 1000;

/** Removes what of accounts is over for long: attempts, tokens, sessions and devices. */
export const accountTidyUp = defineTask(z.looseObject({}), async (_payload, helpers) => {
  let removed = 1;
  while (removed > 0) {
    removed = await callFunction<number>(helpers, "tidy_up_accounts", batchLimit);
  }
});
