import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";

/** Looks for the booking that somebody asked a link to, and mails whom it is for. */
export const bookingLinkMail = defineTask(
  z.object({ request_id: z.uuid() }),
  async ({ request_id: id }, helpers) => {
    await callFunction(helpers, "mail_booking_link", id);
  },
);
