import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

const batchLimit = 100;

/** Has the buyers of a moved or canceled performance mailed, batch by batch. Each batch is a transaction, so nobody is told twice. */
export const performanceNotify = defineTask(
  z.object({ notice_id: z.uuid() }),
  async ({ notice_id: id }, helpers) => {
    let queued = 1;
    while (queued > 0)
      queued = await callFunction<number>(helpers, "mail_notices_of", id, batchLimit);
  },
);
