import { writeFileSync } from "node:fs";
import { isIPv4 } from "node:net";

/** What a test says is at an address of 32 or 128 bits, or in its network: `[address, prefix, place]`. */
export type KnownNetwork = readonly [address: string, prefix: number, place: Value];

/** What such a file can hold. */
export type Value = string | number | { readonly [key: string]: Value };

/** A node of the tree: what follows a 0 and a 1. */
type Node = [Node | Buffer | undefined, Node | Buffer | undefined];

/** Writes a database of addresses as the format's specification has it, because real ones are large and not ours. */
export function writePlaceDatabase(
  file: string,
  networks: readonly KnownNetwork[],
  { type = "Test-City", builtAt = new Date() }: { type?: string; builtAt?: Date } = {},
): string {
  const root: Node = [undefined, undefined];
  for (const [address, prefix, place] of networks) insert(root, bitsOf(address, prefix), place);
  const nodes: Node[] = [];
  collect(root, nodes);
  const numbers = new Map(nodes.map((node, at) => [node, at]));
  const data: Buffer[] = [];
  let size = 0;
  const tree = nodes.flatMap((node) =>
    node.map((next) => {
      const bytes = Buffer.alloc(4);
      if (Buffer.isBuffer(next)) {
        bytes.writeUInt32BE(nodes.length + 16 + size);
        data.push(next);
        size += next.length;
      } else {
        bytes.writeUInt32BE((next && numbers.get(next)) ?? nodes.length);
      }
      return bytes;
    }),
  );
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: Math.floor(builtAt.getTime() / 1000),
    database_type: type,
    ip_version: 6,
    node_count: nodes.length,
    record_size: 32,
  });
  const marker = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
  writeFileSync(file, Buffer.concat([...tree, Buffer.alloc(16), ...data, marker, metadata]));
  return file;
}

/** IPv4 lives in the first /96 of IPv6. */
function bitsOf(address: string, prefix: number): string {
  const bits = (numbers: readonly number[], width: number): string =>
    numbers.map((each) => each.toString(2).padStart(width, "0")).join("");
  if (isIPv4(address)) {
    return "0".repeat(96) + bits(address.split(".").map(Number), 8).slice(0, prefix);
  }
  const [before = "", after = ""] = address.split("::");
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [head, tail] = [groups(before), groups(after)];
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0);
  return bits([...head, ...zeros, ...tail], 16).slice(0, prefix);
}

function insert(root: Node, bits: string, place: Value): void {
  let node = root;
  for (const [at, bit] of [...bits].entries()) {
    const side = bit === "1" ? 1 : 0;
    if (at === bits.length - 1) {
      node[side] = encode(place);
      return;
    }
    const next = node[side];
    const child: Node = next === undefined || Buffer.isBuffer(next) ? [undefined, undefined] : next;
    node[side] = child;
    node = child;
  }
}

function collect(node: Node, nodes: Node[]): void {
  nodes.push(node);
  for (const next of node) if (next !== undefined && !Buffer.isBuffer(next)) collect(next, nodes);
}

const kinds = { text: 2, integer: 6, map: 7 } as const;

function encode(value: Value): Buffer {
  if (typeof value === "string") {
    const bytes = Buffer.from(value, "utf8");
    return Buffer.concat([Buffer.from([(kinds.text << 5) | bytes.length]), bytes]);
  }
  if (typeof value === "number") {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([Buffer.from([(kinds.integer << 5) | 4]), bytes]);
  }
  const entries = Object.entries(value);
  const parts = entries.flatMap(([key, each]) => [encode(key), encode(each)]);
  return Buffer.concat([Buffer.from([(kinds.map << 5) | entries.length]), ...parts]);
}
