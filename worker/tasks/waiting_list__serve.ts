import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

const payload = z.object({ performance_id: z.uuid().optional() });

/**
 * Offers places that came back to whoever waits for them: at one performance, or at all of them. Each is a transaction of
 * its own, so that none waits for another, and a few offers at a time are, so that no buyer waits for many.
 */
export const waitingListServe = defineTask(payload, async ({ performance_id }, helpers) => {
  const performances =
    performance_id === undefined
      ? await callFunction<string[]>(helpers, "due_waiting_lists")
      : [performance_id];
  const failures: unknown[] = [];
  for (const performance of performances) {
    try {
      while ((await callFunction<number>(helpers, "serve_waiting_list", performance)) > 0);
    } catch (error) {
      // The others are served nevertheless.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, "Some lists were not served.");
});
