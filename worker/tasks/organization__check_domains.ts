import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

/** Has the domains of organizations looked at again: what a zone does not say any more lapses. */
export const organizationCheckDomains = defineTask(z.looseObject({}), async (_payload, helpers) => {
  await callFunction(helpers, "queue_domain_checks");
});
