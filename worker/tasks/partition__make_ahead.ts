import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

/** Makes next months' partitions long before they are needed. */
export const partitionMakeAhead = defineTask(z.looseObject({}), async (_payload, helpers) => {
  const made = await callFunction<number>(helpers, "make_partitions_ahead");
  if (made > 0) helpers.logger.info(`made ${made} partitions`);
});
