// If these tests failed, a layout would be stored that is not what was asked for, or a short outage would lose it.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Theatre } from "../../db/tests/races/theatre.ts";
import { type RunningWorker, startWorker } from "../worker.ts";

let theatre: Theatre;
let worker: RunningWorker;
let cdn: Server;
let plan: string;
let outages = 0;

beforeAll(async () => {
  theatre = await Theatre.open();
  plan = await theatre.value<string>("select tests.layout('CDN')");
  cdn = createServer((_, response) => {
    if (outages > 0) response.writeHead(503).end();
    else response.end(plan);
    outages -= 1;
  });
  await new Promise<void>((done) => void cdn.listen(0, "127.0.0.1", done));
  const { port } = cdn.address() as AddressInfo;
  worker = await startWorker({
    databaseUrl: theatre.database.url("lml_worker"),
    stripe: { secretKey: "sk_test_layouts", apiBase: "http://127.0.0.1:1" },
    layouts: { hosts: ["cdn.test"], loopbackForTests: { host: "cdn.test", port } },
    log: () => undefined,
  });
});

afterAll(async () => {
  await worker.stop();
  cdn.close();
  await theatre[Symbol.asyncDispose]();
});

/** Asks for a layout, and tells what became of it. */
async function fetched(url: string, hashed = plan): Promise<string> {
  const manager = await theatre.user("theatre manager");
  const id = await manager.value<string>(
    `select (app_public.request_layout_fetch(
      tests.id('theatre.venue'), '${url}', tests.hash_of('${hashed}')
    )).id`,
  );
  for (;;) {
    const told = await theatre.value<string>(
      `select concat_ws(' ', f.status, f.attempt_count, coalesce(f.error_code, 'version ' || l.version))
      from app_public.layout_fetches as f
      left join app_public.venue_layouts as l on l.id = f.layout_id where f.id = $1`,
      [id],
    );
    if (!told.startsWith("pending")) return told;
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
}

test("a layout that is there is imported, once", async () => {
  expect(await fetched("https://cdn.test/plan.json")).toBe("succeeded 1 version 2");
  expect(await fetched("https://cdn.test/again.json")).toBe("succeeded 1 version 2");
});

test("an outage is waited for", async () => {
  outages = 1;
  plan = await theatre.value<string>("select tests.layout('Later')");
  expect(await fetched("https://cdn.test/later.json")).toBe("succeeded 2 version 3");
});

test("another document than was hashed is refused for good", async () => {
  expect(await fetched("https://cdn.test/plan.json", "{}")).toBe("failed 1 LMHSH");
});

test("a host that is not on the list is not asked", async () => {
  expect(await fetched("https://localhost/plan.json")).toBe("failed 1 host");
});
