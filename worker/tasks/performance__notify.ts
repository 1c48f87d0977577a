import { z } from "zod";
import { callUntilNothingIsLeft, defineTask } from "../context.ts";

const batchLimit = 100;

/** Has the buyers of a moved or canceled performance mailed, batch by batch. Each batch is a transaction, so nobody is told twice. */
export const performanceNotify = defineTask(
  z.object({ notice_id: z.uuid() }),
  async ({ notice_id: id }, helpers) => {
    await callUntilNothingIsLeft(helpers, "mail_notices_of", id, batchLimit);
  },
);
