import { hash } from "node:crypto";
import { fastifyCors } from "@fastify/cors";
import { fastifyHelmet } from "@fastify/helmet";
import { fastifyRateLimit } from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { networkOf } from "./addresses.ts";
import { RefusedError } from "./errors.ts";

/** How many requests a minute are answered. */
export interface RateLimits {
  /** From one address. A school or an office may share one. */
  readonly address: number;
  /** With one session's or cart's token. */
  readonly caller: number;
  /** Attempts to sign up or in from one address: each costs a password hash. */
  readonly signIn: number;
}

/** What is enough for people and for the programs of a box office. */
export const defaultRateLimits: RateLimits = { address: 12_000, caller: 1_200, signIn: 60 };

/** Who may call, how often, and what browsers are told. */
export interface HardeningOptions {
  /** Pages that may call this API from a browser, such as `https://shop.example`; `*` is any. */
  readonly allowedOrigins: readonly string[];
  readonly rateLimits: RateLimits;
}

/** Counts a request, or an attempt to sign up or in. Raises LMRTE when there were too many. */
export type RequestLimit = (request: FastifyRequest) => Promise<void>;

/** What is counted elsewhere than before every route. */
export interface Limits {
  /** Attempts to sign up or in. */
  readonly signIn: RequestLimit;
  /** What is asked over a connection that stays open, as if it were a request. */
  readonly request: RequestLimit;
}

const minute = 60_000;

/** The pages that run scripts: they are for developers, and served only where they are switched on. */
const scriptedPages = /^\/(graphiql|ruru-static)/;

/** What a browser may do with an answer: nothing. */
const policy = "default-src 'none';frame-ancestors 'none'";

/** What the page for developers may do: run its own scripts. */
const policyOfScriptedPages = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "frame-ancestors 'none'",
].join(";");

/** Stripe's events prove themselves by their signature, and must not be lost in a busy minute. */
const isWebhook = ({ url }: FastifyRequest): boolean => url === "/stripe/webhook";

/** Puts security headers, an allow-list of origins and rate limits before every route. */
export async function harden(
  app: FastifyInstance,
  { allowedOrigins, rateLimits }: HardeningOptions,
): Promise<Limits> {
  await app.register(fastifyHelmet, {
    // It would put the same text together for each request.
    contentSecurityPolicy: false,
    // Shops read layouts and answers from other sites; whether they may is for the allow-list to say.
    crossOriginResourcePolicy: { policy: "cross-origin" },
  });
  app.addHook("onRequest", (request, reply, done) => {
    const isScripted = scriptedPages.test(request.url);
    reply.header("content-security-policy", isScripted ? policyOfScriptedPages : policy);
    done();
  });
  await app.register(fastifyCors, {
    origin: allowedOrigins.includes("*") ? "*" : [...allowedOrigins],
    methods: ["GET", "POST"],
    allowedHeaders: [
      "authorization",
      "content-type",
      "x-cart-token",
      "x-event-key",
      "x-lml-channel",
      "x-lml-device",
      "x-request-id",
    ],
    exposedHeaders: ["retry-after", "x-request-id"],
    maxAge: 86_400,
  });
  return await limitRates(app, rateLimits);
}

async function limitRates(app: FastifyInstance, limits: RateLimits): Promise<Limits> {
  await app.register(fastifyRateLimit, { global: false, timeWindow: minute, cache: 100_000 });
  const limit = (
    kind: string,
    max: number,
    keyOf: (request: FastifyRequest) => string | undefined,
  ): RequestLimit => {
    const nobody = `${kind}:`;
    const count = app.createRateLimit({
      max,
      keyGenerator: (request) => `${kind}:${keyOf(request) ?? ""}`,
      allowList: (request, key) => isWebhook(request) || key === nobody,
    });
    return async (request) => {
      const counted = await count(request);
      if (counted.isAllowed || !counted.isExceeded) return;
      throw new RefusedError("LMRTE", "These are too many requests in a minute.", {
        detail: String(counted.ttlInSeconds),
        hint: "Try again after so many seconds.",
      });
    };
  };
  const perAddress = limit("address", limits.address, ({ ip }) => networkOf(ip));
  const perCaller = limit("caller", limits.caller, callerOf);
  const perRequest: RequestLimit = async (request) => {
    await perAddress(request);
    await perCaller(request);
  };
  app.addHook("onRequest", perRequest);
  return {
    signIn: limit("sign-in", limits.signIn, ({ ip }) => networkOf(ip)),
    request: perRequest,
  };
}

/** The caller by token; only its hash is remembered. */
function callerOf({ headers }: FastifyRequest): string | undefined {
  const token = headers.authorization ?? headers["x-cart-token"];
  return typeof token === "string" && token !== "" ? hash("sha256", token, "base64") : undefined;
}
