import { z } from "zod";
import { callFunction, defineTask } from "../context.ts";
import { mailText, type MailVariables } from "../mail/templates.ts";

interface Email {
  readonly id: string;
  readonly recipient: string;
  readonly template: string;
  readonly variables: MailVariables;
  readonly language: string | null;
}

/** Sends one mail. When the worker dies before that is noted, it goes out twice with one Message-ID. */
export const emailSend = defineTask(
  z.object({ email_id: z.uuid() }),
  async ({ email_id: id }, helpers, { sendMail, publicUrl }) => {
    const email = await callFunction<Email | null>(helpers, "prepare_email", id);
    if (email === null) return;
    const { template, variables, language } = email;
    const { subject, text } = mailText(template, variables, publicUrl, language);
    await sendMail({ id, to: email.recipient, replyTo: variables.contact, subject, text });
    await callFunction(helpers, "record_email_sent", id);
  },
);
