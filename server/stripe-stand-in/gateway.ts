import { createHash, timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { ZodError } from "zod";
import {
  ONBOARDING_OUTCOMES,
  ONBOARDING_PATH,
  leaveOnboarding,
  onboardingLink,
} from "./account-links.ts";
import { isConnected, noAccess } from "./accounts.ts";
import {
  challengePage,
  gonePage,
  onboardingPage,
  outcomePage,
  returnAddress,
} from "./authentication-page.ts";
import { controlCommands } from "./control-commands.ts";
import type { StandInControl } from "./control.ts";
import type { Endpoint, Origin } from "./endpoint.ts";
import { StripeApiError, invalidRequest, unauthorized } from "./errors.ts";
import type { Faults } from "./faults.ts";
import { type FormHash, parseForm } from "./form.ts";
import { IdempotencyKeys, fingerprint } from "./idempotency.ts";
import { randomWord } from "./ids.ts";
import { AUTHENTICATION_PATH } from "./challenges.ts";
import { authenticate, awaitingAuthentication } from "./payment-flow.ts";
import { visibleTo } from "./publishable.ts";
import { authenticateSetup, setupAwaitingAuthentication } from "./setup-intents.ts";
import type { State } from "./state.ts";
import { API_VERSION, NO_REQUEST } from "./transaction.ts";

/** What the HTTP side needs of the stand-in. */
export interface GatewayOptions {
  control: StandInControl;
  endpoints: readonly Endpoint[];
  faults: Faults;
  publishableKey: string;
  /** Requests wait for this: the port is taken before the journal is read. */
  ready: Promise<void>;
  secretKey: string;
  state: State;
}

interface Reply {
  status: number;
  body: string;
}

const BODY_BYTES_MAX = 1024 * 1024;
const FORM = "application/x-www-form-urlencoded";
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers":
    "Request-Id, Idempotent-Replayed, Original-Request, Stripe-Should-Retry",
};
const PREFLIGHT = {
  ...CORS,
  "access-control-allow-headers":
    "Authorization, Content-Type, Idempotency-Key, Stripe-Account, Stripe-Version, " +
    "X-Stripe-Client-User-Agent",
  "access-control-allow-methods": "GET, HEAD, POST, DELETE",
  "access-control-max-age": "300",
};

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function sameSecret(given: string, expected: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}

/** The key that a request shows: as bearer token, as basic user, or as a browser's parameter. */
function shownKey(request: FastifyRequest, params: FormHash): string | undefined {
  const [scheme, credentials = ""] = (header(request, "authorization") ?? "").split(" ", 2);
  if (scheme?.toLowerCase() === "bearer") return credentials;
  if (scheme?.toLowerCase() === "basic") {
    return Buffer.from(credentials, "base64").toString().split(":", 1)[0];
  }
  return typeof params["key"] === "string" ? params["key"] : undefined;
}

/** Enough of a wrong key to recognize it, and no more. */
function hidden(key: string): string {
  return `${key.slice(0, 8)}${"*".repeat(8)}${key.slice(-4)}`;
}

function json(status: number, value: object): Reply {
  return { status, body: `${JSON.stringify(value, null, 2)}\n` };
}

/** Serves the API, the 3-D Secure page and the control path. */
export class Gateway {
  readonly app: FastifyInstance;
  readonly #options: GatewayOptions;
  readonly #keys: IdempotencyKeys;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#keys = new IdempotencyKeys(options.state.store, () => options.state.world.now());
    this.app = Fastify({
      bodyLimit: BODY_BYTES_MAX,
      exposeHeadRoutes: false,
      forceCloseConnections: "idle",
    });
    this.app.removeAllContentTypeParsers();
    this.app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => {
      done(null, body);
    });
    this.app.addHook("onRequest", () => options.ready);
    this.#serveApi();
    this.#serveAuthentication();
    this.#serveOnboarding();
    this.#serveControl();
    this.app.setNotFoundHandler((request, reply) =>
      this.#answer(request, reply, async () => {
        throw new StripeApiError(404, {
          type: "invalid_request_error",
          message: `Unrecognized request URL (${request.method}: ${request.url.split("?", 1)[0]}).`,
        });
      }),
    );
    this.app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
      const { statusCode = 500, message } = error;
      // Fastify's own refusals, such as a body that is too large, are told in Stripe's form too.
      const known =
        error instanceof StripeApiError || statusCode >= 500
          ? error
          : new StripeApiError(statusCode, { type: "invalid_request_error", message });
      void this.#sendJson(reply, this.#errorReply(known, false));
    });
  }

  #serveApi(): void {
    for (const endpoint of this.#options.endpoints) {
      this.app.route({
        method: endpoint.method,
        url: endpoint.path,
        handler: (request, reply) =>
          this.#answer(request, reply, (requestId) =>
            this.#call(endpoint, request, reply, requestId),
          ),
      });
    }
    this.app.options("/v1/*", (_request, reply) => reply.code(204).headers(PREFLIGHT).send());
  }

  /** Sends what the work returns, or the error it throws, in Stripe's form and with its headers. */
  async #answer(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (requestId: string) => Promise<Reply>,
  ): Promise<FastifyReply> {
    const requestId = `req_${randomWord(14)}`;
    const key = header(request, "idempotency-key");
    void reply.headers({
      ...CORS,
      "cache-control": "no-cache, no-store",
      "content-type": "application/json",
      "request-id": requestId,
      "stripe-stand-in": "test mode",
      "stripe-version": header(request, "stripe-version") ?? API_VERSION,
      ...(key === undefined ? {} : { "idempotency-key": key }),
    });
    const { faults } = this.#options;
    let result: Reply;
    faults.underWay += 1;
    const { outage } = faults;
    if (faults.takeDroppedCall()) {
      faults.underWay -= 1;
      reply.hijack();
      reply.raw.destroy();
      return reply;
    }
    try {
      faults.check(request.method, request.url);
      result = await work(requestId);
    } catch (error) {
      result = this.#errorReply(error, false);
      if (result.status === 429 && outage !== null) {
        void reply.header("retry-after", String(outage.retryAfterSeconds ?? 1));
      }
    }
    if (request.method !== "GET" && faults.takeHeldReply()) {
      // The connection stays open until the caller gives up or dies.
      request.raw.socket.once("close", () => (faults.underWay -= 1));
      return reply.hijack();
    }
    faults.underWay -= 1;
    if (request.method !== "GET" && faults.takeLostReply()) {
      reply.hijack();
      reply.raw.destroy();
      return reply;
    }
    return reply.code(result.status).send(result.body);
  }

  #errorReply(error: unknown, publishable: boolean): Reply {
    if (!(error instanceof StripeApiError)) {
      const detail = error instanceof Error ? error.message : String(error);
      return json(500, {
        error: { type: "api_error", message: `The Stripe stand-in failed: ${detail}` },
      });
    }
    const { payment_intent: intent, ...body } = error.body;
    return json(error.status, {
      error:
        intent === undefined ? body : { ...body, payment_intent: visibleTo(intent, publishable) },
    });
  }

  /** Tells who calls; refuses unknown keys, and a publishable key where it does not suffice. */
  #authenticate(request: FastifyRequest, params: FormHash, keys: Endpoint["keys"]): boolean {
    const key = shownKey(request, params);
    if (key === undefined || key === "") {
      throw unauthorized(
        "You did not provide an API key. You need to provide your API key in the Authorization " +
          "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
      );
    }
    if (sameSecret(key, this.#options.secretKey)) return false;
    if (!sameSecret(key, this.#options.publishableKey)) {
      throw unauthorized(`Invalid API Key provided: ${hidden(key)}`);
    }
    if (keys === "publishable") return true;
    throw unauthorized(
      "This API call cannot be made with a publishable API key. Please use a secret API key.",
      "secret_key_required",
    );
  }

  #params(request: FastifyRequest): FormHash {
    if (request.method !== "POST") return parseForm(request.raw.url?.split("?", 2)[1] ?? "");
    const body = typeof request.body === "string" ? request.body : "";
    if (body !== "" && !(header(request, "content-type") ?? "").startsWith(FORM)) {
      throw invalidRequest(`Invalid request (check that your POST content type is ${FORM}).`);
    }
    return parseForm(body);
  }

  async #call(
    endpoint: Endpoint,
    request: FastifyRequest,
    reply: FastifyReply,
    requestId: string,
  ): Promise<Reply> {
    const params = this.#params(request);
    const publishable = this.#authenticate(request, params, endpoint.keys);
    delete params["key"];
    const account = header(request, "stripe-account") ?? null;
    if (account !== null) {
      if (!isConnected(this.#options.state.begin(NO_REQUEST), account)) throw noAccess(account);
      if (!endpoint.onAccounts) {
        throw invalidRequest("The stand-in makes this call for the platform only.");
      }
    }
    const caller = { publishable, account };
    const key = request.method === "POST" ? header(request, "idempotency-key") : undefined;
    if (key === undefined || key === "") {
      return this.#execute(endpoint, request, params, caller, requestId, null);
    }
    const print = fingerprint(request.method, request.url, params, caller);
    const known = this.#keys.claim(key, print);
    if (known !== null) {
      void reply.headers({
        "idempotent-replayed": "true",
        "original-request": known.request_id,
      });
      return known;
    }
    try {
      const idempotency = { key, print };
      void reply.header("original-request", requestId);
      return await this.#execute(endpoint, request, params, caller, requestId, idempotency);
    } finally {
      this.#keys.release(key);
    }
  }

  /** Runs a call in one transaction; what it replies is kept under the key together with it. */
  async #execute(
    endpoint: Endpoint,
    request: FastifyRequest,
    params: FormHash,
    caller: Pick<Origin, "account" | "publishable">,
    requestId: string,
    idempotency: { key: string; print: string } | null,
  ): Promise<Reply> {
    const { id = "", inner = "" } = request.params as { id?: string; inner?: string };
    const prepared = endpoint.prepare(params, { ...caller, id, inner });
    const { state, faults } = this.#options;
    if (request.method !== "GET") await faults.waitIfHeld();
    if (faults.slowMs > 0) await sleep(faults.slowMs);
    const tx = state.begin({ id: requestId, idempotency_key: idempotency?.key ?? null });
    let reply: Reply;
    try {
      reply = json(200, prepared(tx));
    } catch (error) {
      if (!(error instanceof StripeApiError)) throw error;
      if (!error.keepChanges) tx.reset();
      reply = this.#errorReply(error, caller.publishable);
    }
    if (idempotency !== null) {
      tx.put("idempotent_reply", {
        id: idempotency.key,
        at_ms: state.world.now(),
        body: reply.body,
        fingerprint: idempotency.print,
        request_id: requestId,
        status: reply.status,
      });
    }
    await state.commit(tx);
    return reply;
  }

  #serveAuthentication(): void {
    const url = `${AUTHENTICATION_PATH}/:token`;
    const { state } = this.#options;
    const gone = (reply: FastifyReply) => reply.code(404).type("text/html").send(gonePage());
    this.app.get<{ Params: { token: string } }>(url, (request, reply) => {
      const tx = state.begin(NO_REQUEST);
      const { token } = request.params;
      const intent = awaitingAuthentication(tx, token) ?? setupAwaitingAuthentication(tx, token);
      if (intent === undefined) return gone(reply);
      return reply.type("text/html").send(challengePage(intent));
    });
    this.app.post<{ Params: { token: string } }>(url, async (request, reply) => {
      const { token } = request.params;
      const passed = this.#params(request)["outcome"] === "complete";
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
      if (done === null) return gone(reply);
      // A payment can pass 3-D Secure and then be declined: the seller hears of both as a failure.
      const succeeded = done.error === null;
      if (done.returnUrl === null) {
        return reply.type("text/html").send(outcomePage(succeeded));
      }
      return reply.redirect(returnAddress(done.returnUrl, done.after, succeeded), 303);
    });
  }

  #serveOnboarding(): void {
    const url = `${ONBOARDING_PATH}/:token`;
    const { state } = this.#options;
    const gone = (reply: FastifyReply) => reply.code(404).type("text/html").send(gonePage());
    this.app.get<{ Params: { token: string } }>(url, (request, reply) => {
      const link = onboardingLink(state.begin(NO_REQUEST), request.params.token);
      if (link === undefined) return gone(reply);
      // As at Stripe, a link that was used or is too old leads to where a new one is made.
      if (!link.isOpen) return reply.redirect(link.refresh_url, 303);
      return reply.type("text/html").send(onboardingPage(link.account));
    });
    this.app.post<{ Params: { token: string } }>(url, async (request, reply) => {
      const given = this.#params(request)["outcome"];
      const outcome = ONBOARDING_OUTCOMES.find((known) => known === given) ?? "later";
      const address = await state.run(NO_REQUEST, (tx) => {
        const link = onboardingLink(tx, request.params.token);
        if (link === undefined) return null;
        return link.isOpen ? leaveOnboarding(tx, link, outcome) : link.refresh_url;
      });
      return address === null ? gone(reply) : reply.redirect(address, 303);
    });
  }

  #serveControl(): void {
    const { control } = this.#options;
    const commands = controlCommands(control);
    this.app.get("/_stand_in", async (request, reply) => {
      try {
        this.#authenticate(request, {}, "secret");
      } catch (error) {
        return this.#sendJson(reply, this.#errorReply(error, false));
      }
      return this.#sendJson(reply, json(200, control.status()));
    });
    this.app.post<{ Params: { command: string } }>(
      "/_stand_in/:command",
      async (request, reply) => {
        try {
          this.#authenticate(request, {}, "secret");
          const command = commands.get(request.params.command);
          if (command === undefined) {
            throw invalidRequest(`The commands are: ${[...commands.keys()].join(", ")}.`);
          }
          const result = await command(parseJson(request.body));
          return await this.#sendJson(reply, json(200, result ?? control.status()));
        } catch (error) {
          const refusal = error instanceof ZodError ? invalidRequest(error.message) : error;
          return this.#sendJson(reply, this.#errorReply(refusal, false));
        }
      },
    );
  }

  #sendJson(reply: FastifyReply, { status, body }: Reply): FastifyReply {
    return reply.code(status).header("content-type", "application/json").send(body);
  }
}

function parseJson(body: unknown): unknown {
  if (typeof body !== "string" || body === "") return {};
  try {
    return JSON.parse(body);
  } catch {
    throw invalidRequest("The body is not JSON.");
  }
}
