import type { FastifyRequest } from "fastify";
import { addressOf } from "../addresses.ts";
import { preferredLanguage } from "../languages.ts";
import type { Place } from "../places.ts";

/** The settings of one request's transactions. They are set in this order, the role first. */
export interface RequestSettings extends Record<string, string> {
  readonly role: string;
}

/** How long a statement may run, wait for a lock, and a transaction may do nothing. */
const limits = {
  statement_timeout: "5s",
  lock_timeout: "3s",
  idle_in_transaction_session_timeout: "10s",
} as const;

/** A user who sends this much sends a layout: importing 50,000 seats takes several seconds. */
const longRequest = { bytes: 128 * 1024, statement_timeout: "30s" } as const;

const channels: ReadonlySet<string> = new Set(["web", "mobile", "api"]);

/**
 * Who asks, for the database to find out. Nothing here comes from the body of a request, so no GraphQL argument can change
 * it; a token is only worth what the database finds under it.
 */
export function requestSettings(request: FastifyRequest, place: Place = {}): RequestSettings {
  const { headers } = request;
  const { authorization } = headers;
  const channel = single(headers["x-lml-channel"]);
  const isLong = Number(headers["content-length"]) > longRequest.bytes;
  return {
    role: authorization === undefined ? "lml_anonymous" : "lml_user",
    "lml.session_token": authorization === undefined ? "" : bearerToken(authorization),
    "lml.cart_token": short(single(headers["x-cart-token"]), 200),
    "lml.event_key": short(single(headers["x-event-key"]), 400),
    "lml.request_id": request.id,
    "lml.ip_address": addressOf(request.ip) ?? "",
    "lml.user_agent": short(headers["user-agent"], 500),
    "lml.device": short(single(headers["x-lml-device"]), 200),
    "lml.country": place.country ?? "",
    "lml.city": place.city ?? "",
    "lml.channel": channels.has(channel) ? channel : "web",
    "lml.language": preferredLanguage(headers["accept-language"]),
    ...limits,
    ...(isLong ? { statement_timeout: longRequest.statement_timeout } : {}),
  };
}

/** Settings for a request that is answered for everybody alike. */
export function anonymousSettings(request: FastifyRequest): RequestSettings {
  return {
    role: "lml_anonymous",
    "lml.session_token": "",
    "lml.cart_token": "",
    "lml.event_key": "",
    "lml.request_id": request.id,
    "lml.ip_address": addressOf(request.ip) ?? "",
    "lml.user_agent": short(request.headers["user-agent"], 500),
    "lml.channel": "web",
    ...limits,
  };
}

/** The token; another kind of authorization is a session that does not exist, never none at all. */
function bearerToken(authorization: string): string {
  const token = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  return token === undefined || token.length > 200 ? "not a token" : token;
}

function single(header: string | readonly string[] | undefined): string {
  return typeof header === "string" ? header : "";
}

function short(text: string | undefined, length: number): string {
  return text === undefined || text.length <= length ? (text ?? "") : text.slice(0, length);
}
