import type { FastifyRequest } from "fastify";
import { invalidRequest } from "./errors.ts";
import { type FormHash, parseForm } from "./form.ts";

const FORM = "application/x-www-form-urlencoded";

/** A header of a request; of several with one name, the first. */
export function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The parameters of a request, as Stripe takes them: in the address, or in the body as a form. */
export function paramsOf(request: FastifyRequest): FormHash {
  if (request.method !== "POST") return parseForm(request.raw.url?.split("?", 2)[1] ?? "");
  const body = typeof request.body === "string" ? request.body : "";
  if (body !== "" && !(header(request, "content-type") ?? "").startsWith(FORM)) {
    throw invalidRequest(`Invalid request (check that your POST content type is ${FORM}).`);
  }
  return parseForm(body);
}
