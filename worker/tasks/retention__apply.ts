import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

const batchLimit = 500;

/** Removes what was kept long enough, batch by batch, and tries again whom money kept from being forgotten. */
export const retentionApply = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callFunction<number>(helpers, "requeue_erasures");
  let removed = 1;
  while (removed > 0) removed = await callFunction<number>(helpers, "apply_retention", batchLimit);
});
