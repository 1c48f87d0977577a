import { isIP, isIPv4 } from "node:net";

/**
 * The address of a client as the database takes it: without the port that some proxies write behind it, the zone of a
 * local one, or what IPv6 puts before IPv4. Undefined: a proxy says nothing that is an address.
 */
export function addressOf(ip: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(ip)?.[1] ?? /^([0-9.]+):\d+$/.exec(ip)?.[1] ?? ip;
  const address = bare.replace(/%.*$/, "").replace(/^::ffff:(?=[0-9.]+$)/i, "");
  return isIP(address) === 0 ? undefined : address;
}

/** What counts as one client: an IPv4 address, or the /64 of an IPv6 one, whose owner has 2^64 to choose from. */
export function networkOf(ip: string): string {
  const address = addressOf(ip);
  if (address === undefined) return "nowhere";
  if (isIPv4(address)) return address;
  // As URLs write it there is one form of each, with at most one gap.
  const [before = "", after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const head = before.split(":").filter((group) => group !== "");
  const tail = after?.split(":").filter((group) => group !== "") ?? [];
  const gap = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return `${[...head, ...gap, ...tail].slice(0, 4).join(":")}::`;
}
