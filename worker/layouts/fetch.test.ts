// If these tests failed, a customer could read the operator's own network through us, or stop the worker with a document.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isPublicAddress } from "./addresses.ts";
import { fetchLayoutText, type LayoutFetching, LayoutFetchError } from "./fetch.ts";

let server: Server;
let asked: string[] = [];
let forTests: LayoutFetching;

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const redirect = /^\/to\/(.*)$/.exec(path)?.[1];
    if (redirect !== undefined) {
      response.writeHead(302, { location: decodeURIComponent(redirect) }).end("elsewhere");
    } else if (path === "/endless") {
      const more = (): boolean => response.write("x".repeat(10_000)) && !response.destroyed;
      const timer = setInterval(more, 1);
      response.on("close", () => clearInterval(timer));
    } else if (path === "/large") {
      response.writeHead(200, { "content-length": "10000000" });
      response.flushHeaders();
    } else if (path === "/slow") {
      response.write("{");
    } else if (path === "/gzip") {
      response.writeHead(200, { "content-encoding": "gzip" }).end("x");
    } else if (path === "/bytes") {
      response.end(Buffer.from([0xff, 0xfe]));
    } else if (path === "/nul") {
      response.end("a\0b");
    } else if (path.startsWith("/status/")) {
      response.writeHead(Number(path.slice(8))).end();
    } else {
      response.end('\uFEFF{"ä": 1}');
    }
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  forTests = { loopbackForTests: { host: "cdn.test", port }, bytesMax: 100_000, timeoutMs: 500 };
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function refusal(url: string, options: LayoutFetching = forTests): Promise<string> {
  asked = [];
  const error: unknown = await fetchLayoutText(url, options).catch((thrown: unknown) => thrown);
  if (!(error instanceof LayoutFetchError)) throw new Error(`${url} was not refused`);
  return `${error.code}${error.isFinal ? "" : ", again"}`;
}

describe("a document", () => {
  test("comes byte for byte, over redirects too", async () => {
    expect(await fetchLayoutText("https://cdn.test/plan", forTests)).toBe('\uFEFF{"ä": 1}');
    const redirected = "https://cdn.test/to/%2Fto%2F%252Fplan";
    expect(await fetchLayoutText(redirected, forTests)).toBe('\uFEFF{"ä": 1}');
  });

  test.each([
    ["/endless", "size"],
    ["/large", "size"],
    ["/slow", "timeout, again"],
    ["/gzip", "encoding"],
    ["/bytes", "encoding"],
    ["/nul", "encoding"],
    ["/status/404", "status"],
    ["/status/204", "status, again"],
    ["/status/429", "status, again"],
    ["/status/503", "status, again"],
    ["/to/https%3A%2F%2F", "redirect"],
    [`/to/${encodeURIComponent("/to/%2Fto%2F%252Fto%252F%25252Fto%25252Fx")}`, "redirect"],
  ])("is refused at %s: %s", async (path, reason) => {
    expect(await refusal(`https://cdn.test${path}`)).toBe(reason);
  });

  test("is not asked for where nobody answers", async () => {
    const nobody = { ...forTests, loopbackForTests: { host: "cdn.test", port: 1 } };
    expect(await refusal("https://cdn.test/plan", nobody)).toBe("network, again");
  });
});

describe("an address", () => {
  test.each([
    "http://cdn.test/plan",
    "file:///etc/passwd",
    "https://user:password@cdn.test/plan",
    "https://cdn.test:8443/plan",
  ])("that is not plain https is not asked: %s", async (url) => {
    expect(await refusal(url)).toBe("scheme");
    expect(asked).toEqual([]);
  });

  test.each([
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://10.1.2.3/",
    "https://169.254.169.254/latest/meta-data",
    "https://[fd00::1]/",
    "https://localhost/",
  ])("in the operator's network is not asked: %s", async (url) => {
    expect(await refusal(url, { timeoutMs: 5000 })).toBe("address");
    expect(await refusal(`https://cdn.test/to/${encodeURIComponent(url)}`)).toBe("address");
  });

  test("is asked only when it is on the list, where there is one", async () => {
    const listed = { ...forTests, hosts: ["cdn.test"] };
    expect(await fetchLayoutText("https://cdn.test/plan", listed)).not.toBe("");
    expect(await refusal("https://other.test/", listed)).toBe("host");
    const away = `https://cdn.test/to/${encodeURIComponent("https://other.test/")}`;
    expect(await refusal(away, listed)).toBe("host");
    expect(await refusal("https://cdn.test/", { ...forTests, hosts: [] })).toBe("host");
  });

  test("of a redirect by http is not asked", async () => {
    const away = `https://cdn.test/to/${encodeURIComponent("http://cdn.test/plan")}`;
    expect(await refusal(away)).toBe("scheme");
    expect(asked).toHaveLength(1);
  });

  test("is public when hosts of the internet have it", () => {
    const yes = ["1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111"];
    const no = [
      "0.0.0.0",
      "100.64.0.1",
      "172.31.255.255",
      "192.0.2.1",
      "224.0.0.1",
      "255.255.255.255",
      "::",
      "fe80::1",
      "64:ff9b::a00:1",
      "2002:a00:1::",
      "2001:db8::1",
      "::ffff:93.184.216.34",
      "ff02::1",
      "cdn.test",
      "",
    ];
    expect(yes.filter((address) => !isPublicAddress(address))).toEqual([]);
    expect(no.filter(isPublicAddress)).toEqual([]);
  });
});
