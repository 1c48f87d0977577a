import { BlockList, isIPv4 } from "node:net";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { addressOf } from "./addresses.ts";
import { ServerError } from "./errors.ts";

/** Where a client is, as far as it is known. A city comes with its country. */
export interface Place {
  /** Two letters. */
  readonly country?: string | undefined;
  readonly city?: string | undefined;
}

/** The one source of truth about where a request comes from: sessions and rules have its word. */
export type Locate = (request: FastifyRequest) => Place;

const nowhere: Place = {};

/** Addresses that belong to no place, whatever a database says. */
const privateAddresses = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const) {
  privateAddresses.addSubnet(network, prefix, "ipv4");
}
privateAddresses.addAddress("::1", "ipv6");
privateAddresses.addSubnet("fc00::", 7, "ipv6");
privateAddresses.addSubnet("fe80::", 10, "ipv6");

/** What is read of a record; GeoLite2 and DB-IP have it in this shape. */
const record = z.object({
  country: z.object({ iso_code: z.string().regex(/^[A-Z]{2}$/) }),
  city: z
    .object({ names: z.object({ en: z.string().min(1) }) })
    .optional()
    .catch(undefined),
});

/** A database of addresses. It is in memory as a whole, so a server without one pays nothing. */
export interface PlaceDatabase {
  /** Such as `DBIP-City-Lite`. */
  readonly type: string;
  readonly builtAt: Date;
  placeOf(address: string): Place;
}

/**
 * Reads a file in MaxMind's format (`.mmdb`), of countries or of cities.
 *
 * @throws ServerError when it is missing, something else, or of something else.
 */
export async function openPlaceDatabase(file: string): Promise<PlaceDatabase> {
  // Only who has a database loads what reads it.
  const { open } = await import("maxmind");
  const reader = await open(file, { cache: { max: 1_000 } }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServerError(`LML_PLACE_DATABASE cannot be read: ${reason}`, { cause: error });
  });
  const { databaseType, buildEpoch } = reader.metadata;
  if (!/city|country|location|enterprise/i.test(databaseType)) {
    throw new ServerError(`LML_PLACE_DATABASE has no countries: it is ${databaseType}.`);
  }
  return {
    type: databaseType,
    builtAt: buildEpoch,
    placeOf: (given) => {
      const address = addressOf(given);
      if (
        address === undefined ||
        privateAddresses.check(address, isIPv4(address) ? "ipv4" : "ipv6")
      ) {
        return nowhere;
      }
      const { data } = record.safeParse(reader.get(address));
      return data === undefined
        ? nowhere
        : { country: data.country.iso_code, city: data.city?.names.en };
    },
  };
}

/** A place by the address, which a client cannot choose. */
export function locateByAddress(database: PlaceDatabase): Locate {
  return ({ ip }) => database.placeOf(ip);
}

/**
 * The country in which a proxy sees the client, which only a proxy that is trusted may say: it is the one that the request
 * came from, so there is an address behind it.
 */
export function locateByHeader(header: string): Locate {
  const name = header.toLowerCase();
  return ({ headers, ips }) => {
    const country = headers[name];
    if (ips === undefined || ips.length < 2 || typeof country !== "string") return nowhere;
    return /^[A-Za-z][A-Za-z0-9]$/.test(country) ? { country: country.toUpperCase() } : nowhere;
  };
}
