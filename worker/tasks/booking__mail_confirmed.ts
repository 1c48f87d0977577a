import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

const batchLimit = 100;

/** Has those mailed whose bookings were sold, batch by batch. Each batch is a transaction, so nobody is told twice. */
export const bookingMailConfirmed = defineTask(z.looseObject({}), async (_payload, helpers) => {
  let seen = batchLimit;
  while (seen === batchLimit) {
    seen = await callFunction<number>(helpers, "mail_confirmations", batchLimit);
  }
});
