import { z } from "zod";
import { callInBatches, defineTask } from "../context.ts";

const batchLimit = 500;

/** Tidies up offers of tickets whose time has passed, batch by batch. */
export const ticketTransferExpireDue = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callInBatches(helpers, "expire_ticket_transfers", batchLimit);
});
