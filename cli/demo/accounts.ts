/** Somebody of the demo. */
export interface DemoAccount {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  /** What they are good for, for people. */
  readonly purpose: string;
  /** Their role in the demo's organization, if they work for it. */
  readonly role: "owner" | "staff" | undefined;
}

/** The people of the demo: who sells, who stands at the door, who buys. */
export const demoAccounts = {
  owner: {
    email: "owner@riverside.example",
    firstName: "Olivia",
    lastName: "Moreno",
    purpose: "owns the theatre: events, prices, sales",
    role: "owner",
  },
  door: {
    email: "door@riverside.example",
    firstName: "Dominic",
    lastName: "Reyes",
    purpose: "stands at the door: scans tickets",
    role: "staff",
  },
  customer: {
    email: "customer@riverside.example",
    firstName: "Carla",
    lastName: "Nguyen",
    purpose: "buys tickets",
    role: undefined,
  },
} as const satisfies Record<string, DemoAccount>;

/**
 * The password of the demo's accounts on an embedded server, which only this machine reaches. It is no secret, so that
 * examples can be copied and run. On any other server the seed makes a random one.
 */
export const embeddedDemoPassword = "last-minute-live";

/** How the demo's organization is addressed. */
export const demoOrganizationSlug = "riverside-theatre";

/** How its venue is addressed. */
export const demoVenueSlug = "riverside";
