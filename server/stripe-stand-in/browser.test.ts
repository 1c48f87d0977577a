// If this failed, a buyer could not pass 3-D Secure, nor an organizer the onboarding, in a browser.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { pay, startBench, until } from "./testing.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => existsSync(path),
);

/** Somebody who opens a page, presses one of its buttons, and is led on. */
interface Visitor extends AsyncDisposable {
  press(address: string, button: string): Promise<void>;
}

/** Where there is no browser, what one would send. */
const WITHOUT_BROWSER: Visitor = {
  press: async (address, button) => {
    expect(await (await fetch(address)).text()).toContain(`value="${button}"`);
    await fetch(address, { method: "POST", body: new URLSearchParams({ outcome: button }) });
  },
  [Symbol.asyncDispose]: async () => {},
};

async function devToolsOf(browser: ChildProcess): Promise<string> {
  if (browser.stderr === null) throw new Error("Chromium has no standard error.");
  for await (const line of createInterface(browser.stderr)) {
    const [, host] = /ws:\/\/([^/]+)\//.exec(line) ?? [];
    if (host !== undefined) return `http://${host}`;
  }
  throw new Error("Chromium has ended.");
}

async function openPage(devTools: string, address: string): Promise<WebSocket> {
  const opened = await fetch(`${devTools}/json/new?${address}`, { method: "PUT" });
  const { webSocketDebuggerUrl: url } = (await opened.json()) as { webSocketDebuggerUrl: string };
  const page = new WebSocket(url);
  await once(page, "open");
  return page;
}

/** Runs a script in the page, and tells whether it is true. */
async function isTrue(page: WebSocket, expression: string): Promise<boolean> {
  const answer = once(page, "message") as Promise<[MessageEvent<string>]>;
  page.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression } }));
  const [{ data }] = await answer;
  const { result } = JSON.parse(data) as { result: { result?: { value?: unknown } } };
  return result.result?.value === true;
}

async function startBrowser(): Promise<Visitor> {
  if (CHROMIUM === undefined) return WITHOUT_BROWSER;
  const profile = await mkdtemp(join(tmpdir(), "lml-chromium-"));
  const browser = spawn(
    CHROMIUM,
    ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"].concat(
      `--user-data-dir=${profile}`,
    ),
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const devTools = await devToolsOf(browser);
  return {
    press: async (address, button) => {
      const page = await openPage(devTools, address);
      const found = `document.querySelector('button[value=${button}]')`;
      await until(() => isTrue(page, `${found} !== null`));
      await isTrue(page, `${found}.click()`);
      page.close();
    },
    [Symbol.asyncDispose]: async () => {
      browser.kill("SIGKILL");
      await once(browser, "exit");
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The shop to which people return, and the addresses at which they did. */
async function startShop(): Promise<AsyncDisposable & { url: string; visits: URL[] }> {
  const visits: URL[] = [];
  const server = createServer((request, response) => {
    visits.push(new URL(request.url ?? "/", "http://shop.example"));
    response.end("Welcome back.");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    visits,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

test("a buyer passes or fails 3-D Secure and comes back to the shop; an organizer is onboarded", async () => {
  await using bench = await startBench();
  await using shop = await startShop();
  await using visitor = await startBrowser();
  const { stripe } = bench;
  for (const [button, status] of [
    ["complete", "succeeded"],
    ["fail", "failed"],
  ] as const) {
    const waiting = await pay(stripe, "pm_card_authenticationRequired", {
      return_url: `${shop.url}/paid?order=1`,
    });
    await visitor.press(waiting.next_action?.redirect_to_url?.url ?? "", button);
    const isBack = (visit: URL) => visit.searchParams.get("payment_intent") === waiting.id;
    await until(() => shop.visits.some(isBack));
    const back = shop.visits.find(isBack);
    expect(back?.searchParams.get("order")).toBe("1");
    expect(back?.searchParams.get("redirect_status")).toBe(status);
    expect((await stripe.paymentIntents.retrieve(waiting.id)).status).toBe(
      status === "succeeded" ? "succeeded" : "requires_payment_method",
    );
  }

  const { id: account } = await stripe.accounts.create({ type: "express" });
  const { url } = await stripe.accountLinks.create({
    account,
    type: "account_onboarding",
    refresh_url: `${shop.url}/again`,
    return_url: `${shop.url}/onboarded`,
  });
  await visitor.press(url, "complete");
  await until(() => shop.visits.some(({ pathname }) => pathname === "/onboarded"));
  expect((await stripe.accounts.retrieve(account)).payouts_enabled).toBe(true);
}, 60_000);
