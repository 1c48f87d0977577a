import { z } from "zod";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { noSuch } from "./errors.ts";
import { expand } from "./expand.ts";
import { flag, list, page, expandable, word } from "./fields.ts";
import { listPage } from "./lists.ts";
import type { Transaction } from "./transaction.ts";
import type { StoredEvent } from "./types.ts";

function isPending(tx: Transaction, event: StoredEvent): boolean {
  return tx.get("delivery", event.id) !== undefined;
}

/** The event as a reply shows it: whether it has still to be delivered is looked up. */
function renderEvent(
  tx: Transaction,
  event: StoredEvent,
): StoredEvent & { pending_webhooks: number } {
  return { ...event, pending_webhooks: isPending(tx, event) ? 1 : 0 };
}

/** `GET /v1/events` and `GET /v1/events/:id`. */
export const eventEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "GET",
    path: "/v1/events/:id",
    params: z.strictObject(expandable),
    run: ({ tx, id, params }) => {
      const event = tx.get("event", id);
      if (event === undefined) throw noSuch("event", id, "id");
      return expand(tx, renderEvent(tx, event), params.expand);
    },
  }),
  endpoint({
    method: "GET",
    path: "/v1/events",
    params: z.strictObject({
      ...page,
      delivery_success: flag.optional(),
      type: word.optional(),
      types: list(word, 20).optional(),
    }),
    run: ({ tx, params }) => {
      const rows = tx
        .newestFirst("event")
        .filter(
          (event) =>
            (params.type === undefined || matches(event.type, params.type)) &&
            (params.types === undefined || params.types.includes(event.type)) &&
            (params.delivery_success === undefined ||
              params.delivery_success !== isPending(tx, event)),
        );
      const found = listPage("/v1/events", rows, params);
      return expand(
        tx,
        { ...found, data: found.data.map((event) => renderEvent(tx, event)) },
        params.expand,
      );
    },
  }),
];

/** A type may end in a star: `charge.*`. */
function matches(type: string, wanted: string): boolean {
  return wanted.endsWith("*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}
