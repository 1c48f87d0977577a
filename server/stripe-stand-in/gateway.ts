import { setTimeout as sleep } from "node:timers/promises";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { isConnected, noAccess } from "./accounts.ts";
import { serveControl } from "./control-path.ts";
import type { StandInControl } from "./control.ts";
import type { Endpoint, Origin } from "./endpoint.ts";
import { StripeApiError, invalidRequest } from "./errors.ts";
import type { Faults } from "./faults.ts";
import type { FormHash } from "./form.ts";
import { IdempotencyKeys, fingerprint } from "./idempotency.ts";
import { randomWord } from "./ids.ts";
import { type Keys, isPublishable } from "./keys.ts";
import { type Reply, errorReply, json, sendReply } from "./replies.ts";
import { header, paramsOf } from "./requests.ts";
import type { State } from "./state.ts";
import { serveAuthentication, serveOnboarding } from "./test-pages.ts";
import { API_VERSION, NO_REQUEST } from "./transaction.ts";

/** What the HTTP side needs of the stand-in. */
export interface GatewayOptions extends Keys {
  control: StandInControl;
  endpoints: readonly Endpoint[];
  faults: Faults;
  /** Requests wait for this: the port is taken before the journal is read. */
  ready: Promise<void>;
  state: State;
}

const BODY_BYTES_MAX = 1024 * 1024;
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

function hangUp(reply: FastifyReply): FastifyReply {
  void reply.hijack();
  reply.raw.destroy();
  return reply;
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
    serveAuthentication(this.app, options.state);
    serveOnboarding(this.app, options.state);
    serveControl(this.app, options.control, options);
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
      void sendReply(reply, errorReply(known, false));
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
      return hangUp(reply);
    }
    try {
      faults.check(request.method, request.url);
      result = await work(requestId);
    } catch (error) {
      result = errorReply(error, false);
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
    if (request.method !== "GET" && faults.takeLostReply()) return hangUp(reply);
    return reply.code(result.status).send(result.body);
  }

  async #call(
    endpoint: Endpoint,
    request: FastifyRequest,
    reply: FastifyReply,
    requestId: string,
  ): Promise<Reply> {
    const params = paramsOf(request);
    const publishable = isPublishable(request, params, this.#options, endpoint.keys);
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
      reply = errorReply(error, caller.publishable);
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
}
