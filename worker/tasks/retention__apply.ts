import { z } from "zod";
import { callFunction, callUntilNothingIsLeft, defineTask } from "../context.ts";

const batchLimit = 500;

/** Removes what was kept long enough, batch by batch, and tries again whom money kept from being forgotten. */
export const retentionApply = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callFunction<number>(helpers, "requeue_erasures");
  await callUntilNothingIsLeft(helpers, "apply_retention", batchLimit);
});
