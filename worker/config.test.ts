// If this failed, a worker would start without mail though somebody has set it up, or repeat a password in its complaint.
import { expect, test } from "vitest";
import { readOutside, readWorkerConfig } from "./config.ts";

const complete = {
  LML_WORKER_DATABASE_URL: "postgres://lml_worker:x@db:5432/lml",
  STRIPE_SECRET_KEY: "sk_test_1",
};

test("what is missing or wrong is named, all of it, without its value", () => {
  const wrong = { LML_SMTP_URL: "https://user:hunter2@mail.example", LML_WORKER_CONCURRENCY: "0" };
  expect(() => readWorkerConfig(wrong)).toThrow(
    /LML_SMTP_URL.*LML_WORKER_DATABASE_URL.*STRIPE_SECRET_KEY.*LML_WORKER_CONCURRENCY$/,
  );
  expect(() => readWorkerConfig(wrong)).not.toThrow(/hunter2/);
  expect(() => readOutside(wrong)).toThrow(/: LML_SMTP_URL$/);
});

test("unset and empty are the same, as in a compose file", () => {
  const empty = { ...complete, LML_SMTP_URL: "", STRIPE_API_BASE: "", LML_WORKER_CONCURRENCY: "" };
  expect(readWorkerConfig(empty)).toEqual(readWorkerConfig(complete));
  expect(readOutside({ LML_LAYOUT_HOSTS: "" }).layouts.hosts).toBeUndefined();
});

test("hosts of layouts are a list, in whatever way it is written", () => {
  const { layouts } = readOutside({ LML_LAYOUT_HOSTS: "CDN.example, plans.example" });
  expect(layouts.hosts).toEqual(["cdn.example", "plans.example"]);
});
