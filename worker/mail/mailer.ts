import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport, type SendMailOptions } from "nodemailer";

/** How mail leaves: by SMTP, or as files in a directory, for development. */
export interface MailOptions {
  /** Such as `smtps://user:password@mail.example`. */
  readonly smtpUrl?: string | undefined;
  /** Where `.eml` files are written when there is no SMTP. */
  readonly directory?: string | undefined;
  /** Default: `Last Minute Live <no-reply@localhost>`. */
  readonly from?: string | undefined;
  /** How long the server may be silent, in milliseconds; a mail that waits keeps other jobs waiting. Default: 20,000. */
  readonly patienceMs?: number | undefined;
  /** Where links lead, such as `https://shop.example`. Default: mail has the bare token. */
  readonly publicUrl?: string | undefined;
}

/** One mail, ready to go. */
export interface Mail {
  /** Ours; the same mail sent twice has the same Message-ID, by which mailboxes know it again. */
  readonly id: string;
  readonly to: string;
  /** Whom an answer reaches; undefined: nobody, or whoever reads at the sender's address. */
  readonly replyTo?: string | undefined;
  readonly subject: string;
  readonly text: string;
}

/** Sends a mail; rejects when it was not taken. */
export type Mailer = (mail: Mail) => Promise<void>;

/** Makes what sends mail. Without SMTP and directory every mail is refused, and its job waits. */
export function makeMailer({ smtpUrl, directory, from, patienceMs = 20_000 }: MailOptions): Mailer {
  const envelope = ({ id, to, replyTo, subject, text }: Mail): SendMailOptions => ({
    from: from ?? "Last Minute Live <no-reply@localhost>",
    messageId: `<${id}@last-minute-live>`,
    to: { name: "", address: to },
    ...(replyTo === undefined ? {} : { replyTo: { name: "", address: replyTo } }),
    subject,
    text,
    headers: { "Auto-Submitted": "auto-generated" },
  });
  if (smtpUrl !== undefined) {
    const silence = new URL(smtpUrl);
    for (const phase of ["connection", "greeting", "socket"]) {
      const name = `${phase}Timeout`;
      if (!silence.searchParams.has(name)) silence.searchParams.set(name, String(patienceMs));
    }
    const transport = createTransport(silence.href, {
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return async (mail) => {
      await transport.sendMail(envelope(mail));
    };
  }
  if (directory !== undefined) {
    const transport = createTransport({ streamTransport: true, buffer: true });
    return async (mail) => {
      const { message } = await transport.sendMail(envelope(mail));
      await mkdir(directory, { recursive: true, mode: 0o700 });
      // In one step, so that nobody reads half a mail.
      const path = join(directory, `${mail.id}.eml`);
      await writeFile(`${path}.part`, message as Buffer, { mode: 0o600 });
      await rename(`${path}.part`, path);
    };
  }
  return () =>
    Promise.reject(
      new Error("Mail is not set up: set LML_SMTP_URL, or LML_MAIL_DIRECTORY for files."),
    );
}
