import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

interface Challenge {
  readonly domain: string;
  readonly record_name: string;
}

/** Looks for the TXT record that proves whose a domain is. The database compares. */
export const organizationCheckDomain = defineTask(
  z.object({ organization_id: z.uuid() }),
  async ({ organization_id: id }, helpers, { resolveTxt }) => {
    const challenge = await callFunction<Challenge | null>(helpers, "prepare_domain_check", id);
    if (challenge === null) return;
    const records = await resolveTxt(challenge.record_name);
    await callFunction(helpers, "record_domain_check", id, challenge.domain, records);
  },
);
