// If this failed, the SDK would run in Node and not in a browser.
import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenOffice, shopOrigin, startOfficeWithShow } from "./testing-office.ts";
import { installPackage } from "./testing-package.ts";

let open: OpenOffice;
let project: string;

beforeAll(async () => {
  project = installPackage();
  open = await startOfficeWithShow();
}, 60_000);

afterAll(async () => {
  await open.office[Symbol.asyncDispose]();
  rmSync(project, { recursive: true, force: true });
});

/** Takes from Node what browsers have not, and is as strict as they are. */
const browser = `
  import { registerHooks } from "node:module";
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (found.url.startsWith("node:")) throw new Error("Browsers have no " + specifier);
      return found;
    },
    // Node's own fetch needs what is Node's, so that it can be taken only from those who are loaded. A timer is a number.
    load(url, context, next) {
      const { source, ...loaded } = next(url, context);
      const page = "var process, Buffer, global, setImmediate, clearImmediate," +
        " setTimeout = (...words) => Number(globalThis.setTimeout(...words))," +
        " setInterval = (...words) => Number(globalThis.setInterval(...words));";
      return { ...loaded, source: page + source };
    },
  });
  const origin = ${JSON.stringify(shopOrigin)};
  const { fetch, WebSocket } = globalThis;
  // Asks first whether the page may, with these headers.
  globalThis.fetch = async function (url, { headers, ...init }) {
    if (this !== undefined && this !== globalThis) throw new TypeError("Illegal invocation");
    const simple = ["accept"];
    const names = Object.keys(headers).map((name) => name.toLowerCase());
    const asked = names.filter((name) => !simple.includes(name)).sort().join();
    const answer = await fetch(url, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": init.method,
        "access-control-request-headers": asked,
      },
    });
    const said = (name) => (answer.headers.get("access-control-allow-" + name) ?? "").toLowerCase();
    const allowed = said("headers").split(/, */);
    const refused = asked.split(",").filter((name) => name !== "" && !allowed.includes(name));
    if (![origin, "*"].includes(said("origin")) || refused.length > 0) {
      throw new TypeError("CORS refuses " + refused.join());
    }
    return await fetch(url, { ...init, headers: { ...headers, origin } });
  };
  // Takes protocols, and no headers.
  globalThis.WebSocket = class extends WebSocket {
    constructor(url, protocols = []) {
      if (typeof protocols !== "string" && !Array.isArray(protocols)) throw new SyntaxError();
      super(url, { protocols, headers: { origin } });
    }
  };`;

test("the packed SDK sells, pays, listens and shows tickets with what every browser has", async () => {
  const program = `
    import { LastMinuteLive } from "last-minute-live-sdk";
    const url = ${JSON.stringify(open.office.url)};
    const performance = ${JSON.stringify(open.performance.id)};
    const lml = new LastMinuteLive({ url, channel: "web", device: "a page" });
    const said = [typeof process, typeof Buffer];
    const { signal } = new AbortController();
    let booking;
    for await (const { map, changed } of lml.watchSeatMap(performance, { signal })) {
      said.push(changed.length);
      if (booking !== undefined) break;
      // Somebody else takes one.
      const other = new LastMinuteLive({ url });
      booking = await other.hold(performance, map.seats.slice(0, 1));
      await other.startCheckout(booking, { email: "ada@example.com" });
      for await (const { status } of other.watchBooking(booking)) {
        said.push(status);
        break;
      }
      const paid = await other.pay(booking, { testCard: "visa" });
      const [ticket] = await other.tickets(paid);
      said.push(paid.status, (await other.qrSvg(ticket)).slice(0, 4));
    }
    console.log(said.join(" "));`;
  writeFileSync(join(project, "browser.js"), browser);
  writeFileSync(join(project, "page.js"), program);
  const words = ["--conditions=browser", "--import", "./browser.js", "page.js"];
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: project });
  expect(stdout).toBe("undefined undefined 20 pending_payment confirmed <svg 1\n");
}, 60_000);
