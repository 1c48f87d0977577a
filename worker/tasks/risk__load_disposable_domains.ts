import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

/** Makes the database's list of throw-away mailboxes the one that is installed. Running it again changes nothing. */
export const riskLoadDisposableDomains = defineTask(
  z.looseObject({}),
  async (_payload, helpers) => {
    // Large, and needed once a week.
    const { disposableEmailBlocklist } = await import("disposable-email-domains-js");
    await callFunction<number>(
      helpers,
      "load_disposable_email_domains",
      disposableEmailBlocklist(),
    );
  },
);
