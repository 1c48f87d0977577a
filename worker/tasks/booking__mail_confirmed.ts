import { z } from "zod";
import { callInBatches, defineTask } from "../context.ts";

const batchLimit = 100;

/** Has those mailed whose bookings were sold, batch by batch. Each batch is a transaction, so nobody is told twice. */
export const bookingMailConfirmed = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callInBatches(helpers, "mail_confirmations", batchLimit);
});
