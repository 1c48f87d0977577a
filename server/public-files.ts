import type { FastifyInstance } from "fastify";
import type { Database } from "./database.ts";
import { RefusedError } from "./errors.ts";
import { anonymousSettings } from "./graphql/identity.ts";

/** How a browser pays. */
export interface PaymentsConfig {
  readonly publishableKey: string;
  /** Where Stripe's stand-in is; null: Stripe itself. */
  readonly apiBase: string | null;
  /** Whether no real money moves. */
  readonly testMode: boolean;
}

/** Serves what needs no account and can be kept: how to pay, and layouts, which never change. */
export function addPublicFiles(
  app: FastifyInstance,
  { database, payments }: { readonly database: Database; readonly payments: PaymentsConfig },
): void {
  app.get("/payments/config", (_request, reply) => {
    reply.header("cache-control", "public, max-age=60");
    return payments;
  });

  app.get<{ Params: { sha256: string } }>(
    "/layouts/:sha256(^[a-f0-9]{64}).json",
    async (request, reply) => {
      const { sha256 } = request.params;
      const etag = `"${sha256}"`;
      // Only what anybody may see: a cache on the way must not give one person's layouts to another.
      const [layout] = await database.query<{ document: string }>(anonymousSettings(request), {
        name: "lml_layout",
        text: "select document from app_public.venue_layouts where sha256 = $1 limit 1",
        values: [sha256],
      });
      if (layout === undefined) {
        throw new RefusedError("LMNFD", "There is no such layout, or it is not public.");
      }
      reply.header("cache-control", "public, max-age=31536000, immutable").header("etag", etag);
      if (request.headers["if-none-match"] === etag) return reply.code(304).send();
      // The text as it was hashed, byte for byte.
      return reply.type("application/json; charset=utf-8").send(layout.document);
    },
  );
}
