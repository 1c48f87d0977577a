import { RiskCalls } from "./areas/risk.ts";

/**
 * A client of one box office, for one person at a time: a user, or a guest with a cart.
 *
 * ```ts
 * const lml = new LastMinuteLive({ url: "http://127.0.0.1:4000" });
 * for await (const event of lml.events()) console.log(event.title);
 * ```
 *
 * Every call rejects with a {@link LastMinuteLiveError}: a class for each code of docs/errors.md, or
 * a ConnectionError, TimeoutError or UnavailableError when the server could not be asked. A call is
 * tried again by itself where that is safe: queries, and whatever takes an idempotency key or
 * changes nothing the second time. Each method says when it is not.
 */
export class LastMinuteLive extends RiskCalls {}
