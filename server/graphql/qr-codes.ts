import { TYPES, type PgSelectSingleStep } from "postgraphile/@dataplan/pg";
import { lambda, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import qrcode from "qrcode";

/** Half of the code may be dirty or folded; the white border is what scanners need. */
const appearance = { errorCorrectionLevel: "Q", margin: 4 } as const;

/** Draws the code of a ticket as SVG. */
async function svgOf(credential: string | null): Promise<string | null> {
  return credential === null
    ? null
    : await qrcode.toString(credential, { ...appearance, type: "svg" });
}

/** Draws the code of a ticket as PNG, in base64. */
async function pngOf(credential: string | null): Promise<string | null> {
  if (credential === null) return null;
  const png = await qrcode.toBuffer(credential, { ...appearance, type: "png", scale: 8 });
  return png.toString("base64");
}

/** `Ticket.qrSvg` and `Ticket.qrPng`: pictures of the credential, drawn when they are asked for and kept nowhere. */
export const QrCodesPlugin: GraphileConfig.Plugin = extendSchema(({ sql }) => {
  // Of the row as it was read: the function looks for itself who asks.
  const credentialOf = ($ticket: PgSelectSingleStep): Step<string | null> =>
    $ticket.select(sql`app_public.tickets_credential(${$ticket.getClassStep().alias})`, TYPES.text);
  return {
    typeDefs: gql`
      extend type Ticket {
        "The QR code as SVG. Only the holder of the ticket sees it, and only while it opens a door."
        qrSvg: String
        """
        The QR code as PNG, in base64. Only the holder of the ticket sees it, and only while it opens
        a door.
        """
        qrPng: String
      }
    `,
    objects: {
      Ticket: {
        plans: {
          qrSvg: ($ticket: PgSelectSingleStep) => lambda(credentialOf($ticket), svgOf),
          qrPng: ($ticket: PgSelectSingleStep) => lambda(credentialOf($ticket), pngOf),
        },
      },
    },
  };
}, "LmlQrCodesPlugin");
