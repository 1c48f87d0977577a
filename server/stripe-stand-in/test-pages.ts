import type { FastifyInstance, FastifyReply } from "fastify";
import {
  ONBOARDING_OUTCOMES,
  ONBOARDING_PATH,
  leaveOnboarding,
  onboardingLink,
} from "./account-links.ts";
import { AUTHENTICATION_PATH } from "./challenges.ts";
import {
  challengePage,
  gonePage,
  onboardingPage,
  outcomePage,
  returnAddress,
} from "./page-markup.ts";
import { authenticate, awaitingAuthentication } from "./payment-flow.ts";
import { paramsOf } from "./requests.ts";
import { authenticateSetup, setupAwaitingAuthentication } from "./setup-intents.ts";
import type { State } from "./state.ts";
import { NO_REQUEST } from "./transaction.ts";

function sendGone(reply: FastifyReply): FastifyReply {
  return reply.code(404).type("text/html").send(gonePage());
}

/** Serves the page on which a buyer passes or fails 3-D Secure. */
export function serveAuthentication(app: FastifyInstance, state: State): void {
  const url = `${AUTHENTICATION_PATH}/:token`;
  app.get<{ Params: { token: string } }>(url, (request, reply) => {
    const tx = state.begin(NO_REQUEST);
    const { token } = request.params;
    const intent = awaitingAuthentication(tx, token) ?? setupAwaitingAuthentication(tx, token);
    if (intent === undefined) return sendGone(reply);
    return reply.type("text/html").send(challengePage(intent));
  });
  app.post<{ Params: { token: string } }>(url, async (request, reply) => {
    const { token } = request.params;
    const passed = paramsOf(request)["outcome"] === "complete";
    const done = await state.run(NO_REQUEST, (tx) => {
      const payment = awaitingAuthentication(tx, token);
      const setup = setupAwaitingAuthentication(tx, token);
      const returnUrl = (payment ?? setup)?.next_action?.redirect_to_url?.return_url ?? null;
      if (payment !== undefined) {
        const after = authenticate(tx, token, payment, passed);
        return { after, error: after.last_payment_error, returnUrl };
      }
      if (setup === undefined) return null;
      const after = authenticateSetup(tx, token, setup, passed);
      return { after, error: after.last_setup_error, returnUrl };
    });
    if (done === null) return sendGone(reply);
    // A payment can pass 3-D Secure and then be declined: the seller hears of both as a failure.
    const succeeded = done.error === null;
    if (done.returnUrl === null) {
      return reply.type("text/html").send(outcomePage(succeeded));
    }
    return reply.redirect(returnAddress(done.returnUrl, done.after, succeeded), 303);
  });
}

/** Serves the page on which an organizer is onboarded. */
export function serveOnboarding(app: FastifyInstance, state: State): void {
  const url = `${ONBOARDING_PATH}/:token`;
  app.get<{ Params: { token: string } }>(url, (request, reply) => {
    const link = onboardingLink(state.begin(NO_REQUEST), request.params.token);
    if (link === undefined) return sendGone(reply);
    // As at Stripe, a link that was used or is too old leads to where a new one is made.
    if (!link.isOpen) return reply.redirect(link.refresh_url, 303);
    return reply.type("text/html").send(onboardingPage(link.account));
  });
  app.post<{ Params: { token: string } }>(url, async (request, reply) => {
    const given = paramsOf(request)["outcome"];
    const outcome = ONBOARDING_OUTCOMES.find((known) => known === given) ?? "later";
    const address = await state.run(NO_REQUEST, (tx) => {
      const link = onboardingLink(tx, request.params.token);
      if (link === undefined) return null;
      return link.isOpen ? leaveOnboarding(tx, link, outcome) : link.refresh_url;
    });
    return address === null ? sendGone(reply) : reply.redirect(address, 303);
  });
}
