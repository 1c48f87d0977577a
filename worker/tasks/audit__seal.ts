import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

/** Seals what was audited since the last time, so that tampering with it is found out. */
export const auditSeal = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callFunction<number>(helpers, "seal_audit_log");
});
