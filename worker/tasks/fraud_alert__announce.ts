import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

/** Tells of a fraud alert, once: whoever listens to `lml_fraud_alerts`, and whoever reads the worker's log. */
export const fraudAlertAnnounce = defineTask(
  z.object({ alert_id: z.uuid() }),
  async ({ alert_id: id }, helpers) => {
    const isNew = await callFunction<boolean>(helpers, "announce_fraud_alert", id);
    if (isNew) helpers.logger.warn(`fraud alert ${id}`);
  },
);
