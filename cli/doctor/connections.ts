import type { OfficeDatabase } from "../office/database.ts";
import { fail, type Finding, ok, skip, warn } from "./finding.ts";
import { some } from "./some.ts";

/** What of a box office's database says how it is reached. */
export type Reached = Pick<OfficeDatabase, "origin" | "ownerUrl" | "serverUrl" | "workerUrl">;

/** Whether each process would log in as its own role. */
export function examineLogins({ origin, serverUrl, workerUrl }: Reached): Finding {
  const check = "connections";
  const logins = [
    ["LML_SERVER_DATABASE_URL", serverUrl, "lml_authenticator"],
    ["LML_WORKER_DATABASE_URL", workerUrl, "lml_worker"],
  ] as const;
  const wrong = logins.flatMap(([variable, url, role]) => {
    const user = url === undefined ? undefined : userOf(url);
    return user === undefined || user === role ? [] : [`${variable} logs in as ${user}`];
  });
  if (wrong.length > 0) {
    return fail(
      check,
      wrong.join("; "),
      "Row-level security holds for lml_authenticator and lml_worker: use their URLs.",
    );
  }
  const unknown = logins.filter(([, url]) => url === undefined).map(([variable]) => variable);
  if (unknown.length > 0) return skip(check, `${unknown.join(", ")} not set here`);
  return ok(
    check,
    origin === "embedded" ? "each process has a role of its own" : "each URL has its own role",
  );
}

/** Whether what leaves this machine is encrypted. */
export function examineEncryption(
  { ownerUrl, serverUrl, workerUrl }: Reached,
  environment: NodeJS.ProcessEnv,
): Finding {
  const check = "TLS";
  const open = [ownerUrl, serverUrl, workerUrl].flatMap((url) => {
    if (url === undefined) return [];
    const { hostname, searchParams } = new URL(url);
    if (isLoopback(hostname)) return [];
    const mode = searchParams.get("sslmode") ?? environment["PGSSLMODE"] ?? "none";
    return mode === "verify-full" ? [] : [`${userOf(url)} on ${hostname}: sslmode ${mode}`];
  });
  const publicUrl = environment["LML_PUBLIC_URL"];
  if (publicUrl !== undefined && URL.canParse(publicUrl)) {
    const { protocol, hostname } = new URL(publicUrl);
    if (protocol === "http:" && !isLoopback(hostname)) open.push(`LML_PUBLIC_URL is ${publicUrl}`);
  }
  if (open.length === 0) return ok(check, "on, or not needed on loopback");
  return warn(
    check,
    some([...new Set(open)]),
    "Passwords, tokens and names cross the network in the clear, or to whoever answers: sslmode=verify-full for the " +
      "database, and a proxy with TLS before the server.",
  );
}

function userOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
