import { createHmac } from "node:crypto";

/** The `Stripe-Signature` header of a webhook: what `webhooks.constructEvent` verifies. */
export function signatureHeader(payload: string, secret: string, atSeconds: number): string {
  const signature = createHmac("sha256", secret).update(`${atSeconds}.${payload}`).digest("hex");
  return `t=${atSeconds},v1=${signature}`;
}
