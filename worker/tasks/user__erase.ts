import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

const payload = z.object({ request_id: z.uuid() });

/** Forgets a user who asked for it. While money is open the database refuses, and the job is tried again later. */
export const userErase = defineTask(payload, async ({ request_id }, helpers) => {
  await callFunction<boolean>(helpers, "erase_user", request_id);
});
