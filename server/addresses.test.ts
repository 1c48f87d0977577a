// If these failed, whoever has an IPv6 network would have 2^64 tries, or a proxy that writes ports would let nobody sign in.
import { expect, test } from "vitest";
import { addressOf, networkOf } from "./addresses.ts";

test.each([
  ["203.0.113.9", "203.0.113.9", "203.0.113.9"],
  ["203.0.113.9:4711", "203.0.113.9", "203.0.113.9"],
  ["::ffff:203.0.113.9", "203.0.113.9", "203.0.113.9"],
  ["2001:db8:1:2::7", "2001:db8:1:2::7", "2001:db8:1:2::"],
  ["[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"],
  ["[2001:DB8::7]", "2001:DB8::7", "2001:db8:0:0::"],
  ["fe80::1%eth0", "fe80::1", "fe80:0:0:0::"],
  ["::1", "::1", "0:0:0:0::"],
  ["::", "::", "0:0:0:0::"],
])("%s is an address, and counts as one of its network", (ip, address, network) => {
  expect(addressOf(ip)).toBe(address);
  expect(networkOf(ip)).toBe(network);
});

test.each(["unknown", "_hidden", "", "203.0.113", "203.0.113.9:x", "1.2.3.4, 5.6.7.8"])(
  "%s is none",
  (ip) => {
    expect(addressOf(ip)).toBeUndefined();
    expect(networkOf(ip)).toBe("nowhere");
  },
);
