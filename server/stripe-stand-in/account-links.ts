import { z } from "zod";
import { onboard, requireAccount } from "./accounts.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { invalidRequest } from "./errors.ts";
import { expandable, webAddress, word } from "./fields.ts";
import { randomWord } from "./ids.ts";
import type { Transaction } from "./transaction.ts";
import type { OnboardingLink } from "./types.ts";

/** The path under which the stand-in shows its onboarding page. */
export const ONBOARDING_PATH = "/test_mode/onboarding";

const LINK_SECONDS = 5 * 60;

/** How a visitor of the onboarding page may leave it. */
export const ONBOARDING_OUTCOMES = ["complete", "incomplete", "later"] as const;

/** The link with this token, and whether it can still be used. */
export function onboardingLink(
  tx: Transaction,
  token: string,
): (OnboardingLink & { isOpen: boolean }) | undefined {
  const link = tx.get("onboarding_link", token);
  return link && { ...link, isOpen: !link.used && link.expires_at > tx.now };
}

/** Ends a visit of the onboarding page, and says where to send the visitor. */
export function leaveOnboarding(
  tx: Transaction,
  link: OnboardingLink,
  outcome: (typeof ONBOARDING_OUTCOMES)[number],
): string {
  const { id, account, expires_at, refresh_url, return_url } = link;
  tx.put("onboarding_link", { id, account, expires_at, refresh_url, return_url, used: true });
  onboard(tx, account, outcome);
  return return_url;
}

/** `POST /v1/account_links` and `POST /v1/accounts/:id/login_links`. */
export const accountLinkEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "POST",
    path: "/v1/account_links",
    params: z.strictObject({
      ...expandable,
      account: word,
      collect: z.enum(["currently_due", "eventually_due"]).optional(),
      collection_options: z.record(z.string(), word).optional(),
      refresh_url: webAddress,
      return_url: webAddress,
      type: z.enum(["account_onboarding", "account_update"]),
    }),
    run: ({ tx, params }) => {
      requireAccount(tx, params.account);
      const link = tx.put("onboarding_link", {
        id: randomWord(32),
        account: params.account,
        expires_at: tx.now + LINK_SECONDS,
        refresh_url: params.refresh_url,
        return_url: params.return_url,
        used: false,
      });
      return {
        object: "account_link",
        created: tx.now,
        expires_at: link.expires_at,
        url: `${tx.world.url()}${ONBOARDING_PATH}/${link.id}`,
      };
    },
  }),
  endpoint({
    method: "POST",
    path: "/v1/accounts/:id/login_links",
    params: z.strictObject(expandable),
    run: ({ tx, id }) => {
      const account = requireAccount(tx, id);
      if (account.type !== "express" || !account.details_submitted) {
        throw invalidRequest(
          "Cannot create a login link for an account that has not completed onboarding.",
        );
      }
      return { object: "login_link", created: tx.now, url: `${tx.world.url()}/test_mode/${id}` };
    },
  }),
];
