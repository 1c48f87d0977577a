export type { StandInStatus } from "./control.ts";
export type { DeliveryControls, ReleaseOrder } from "./deliveries.ts";
export type { Outage } from "./faults.ts";
export { type StripeStandIn, type StripeStandInOptions, startStripeStandIn } from "./stand-in.ts";
