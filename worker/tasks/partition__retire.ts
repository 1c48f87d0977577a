import { z } from "zod";
import { defineTask } from "../context.ts";

interface Step {
  readonly action: string;
  readonly partition: string;
}

/** Closes months that are over, and drops those that were kept long enough. */
export const partitionRetire = defineTask(z.looseObject({}), async (_payload, helpers) => {
  const { rows } = await helpers.query<Step>(
    "select action, partition from app_private.retire_partitions()",
  );
  for (const { action, partition } of rows) {
    if (action === "not as it was sealed") {
      helpers.logger.error(`${partition} is not dropped: it is not as it was sealed`);
    } else {
      helpers.logger.info(`${action}: ${partition}`);
    }
  }
});
