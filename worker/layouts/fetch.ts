import { lookup as resolve, type LookupAddress } from "node:dns";
import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isPublicAddress } from "./addresses.ts";

/** From where layouts may be fetched, and how much of them. */
export interface LayoutFetching {
  /** The only hosts that are asked, such as `cdn.example`; absent: any host with a public address. */
  readonly hosts?: readonly string[] | undefined;
  /** Default 64 MiB, which is as much as the database takes. */
  readonly bytesMax?: number;
  /** For one document with all of its redirects (default 30 seconds). */
  readonly timeoutMs?: number;
  /**
   * For tests: this host is asked by plain HTTP on this port of 127.0.0.1. No environment variable sets it.
   */
  readonly loopbackForTests?: { readonly host: string; readonly port: number };
}

/** Why no document came; docs/venues.md lists the codes. */
export class LayoutFetchError extends Error {
  override name = "LayoutFetchError";
  readonly code: string;
  /** Whether asking again is of no use. */
  readonly isFinal: boolean;
  constructor(code: string, message: string, isFinal: boolean, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.isFinal = isFinal;
  }
}

const redirectsMax = 3;

/**
 * The text of a document at an https address. Who asks for it is a customer, so it never reaches into the operator's own
 * network: each address is checked as it is connected to, on every redirect again.
 */
export async function fetchLayoutText(url: string, options: LayoutFetching = {}): Promise<string> {
  const signal = AbortSignal.timeout(options.timeoutMs ?? 30_000);
  try {
    let target = new URL(url);
    for (let redirects = 0; ; redirects += 1) {
      const response = await ask(target, options, signal);
      const location = redirectOf(response);
      if (location === undefined) return await textOf(response, options.bytesMax ?? 67_108_864);
      response.destroy();
      if (redirects >= redirectsMax) {
        throw new LayoutFetchError("redirect", `More than ${redirectsMax} redirects.`, true);
      }
      target = parse(location, target);
    }
  } catch (error) {
    if (error instanceof LayoutFetchError) throw error;
    if (signal.aborted) {
      throw new LayoutFetchError("timeout", "The document did not arrive in time.", false, {
        cause: error,
      });
    }
    const cause = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new LayoutFetchError("network", `There was no connection (${cause}).`, false, {
      cause: error,
    });
  }
}

function parse(location: string, base: URL): URL {
  if (!URL.canParse(location, base.href)) {
    throw new LayoutFetchError("redirect", "It redirects to what is no address.", true);
  }
  return new URL(location, base);
}

async function ask(
  url: URL,
  { hosts, loopbackForTests }: LayoutFetching,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  checkUrl(url, hosts);
  const headers = {
    accept: "application/json",
    "accept-encoding": "identity",
    "user-agent": "last-minute-live",
  };
  const isTest = loopbackForTests?.host === url.hostname;
  return await new Promise((resolveResponse, reject) => {
    const request = isTest
      ? requestHttp(
          `http://127.0.0.1:${loopbackForTests?.port}${url.pathname}${url.search}`,
          { headers, signal, agent: false },
          resolveResponse,
        )
      : requestHttps(url, { headers, signal, agent: false, lookup: lookupPublic }, resolveResponse);
    request.on("error", reject);
    request.end();
  });
}

function checkUrl(url: URL, hosts: readonly string[] | undefined): void {
  if (url.protocol !== "https:" || url.username !== "" || url.password !== "" || url.port !== "") {
    throw new LayoutFetchError("scheme", "Only https on its own port, without a password.", true);
  }
  if (hosts !== undefined && !hosts.includes(url.hostname)) {
    throw new LayoutFetchError("host", `${url.hostname} is not among the hosts to ask.`, true);
  }
  // A name is checked when it is looked up; an address is never looked up.
  const literal = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(literal) !== 0 && !isPublicAddress(literal)) throw notPublic(literal);
}

/** Looks a name up and connects to what was checked: a second look could find another address. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const [first] = addresses ?? [];
    if (error !== null || first === undefined) {
      callback(error ?? new Error("no address"), "", 0);
    } else if (!addresses.every(({ address }) => isPublicAddress(address))) {
      callback(notPublic(hostname), "", 0);
    } else if (options.all === true) {
      callback(null, addresses);
    } else {
      callback(null, first.address, first.family);
    }
  });
};

function notPublic(host: string): LayoutFetchError {
  return new LayoutFetchError("address", `${host} is not on the public internet.`, true);
}

function redirectOf(response: IncomingMessage): string | undefined {
  const status = response.statusCode ?? 0;
  if (status === 200) return undefined;
  if ([301, 302, 303, 307, 308].includes(status) && response.headers.location !== undefined) {
    return response.headers.location;
  }
  response.destroy();
  const isFinal = status >= 400 && status < 500 && ![408, 425, 429].includes(status);
  throw new LayoutFetchError("status", `The answer was ${status}.`, isFinal);
}

async function textOf(response: IncomingMessage, bytesMax: number): Promise<string> {
  try {
    const encoding = response.headers["content-encoding"] ?? "identity";
    if (encoding !== "identity") {
      throw new LayoutFetchError(
        "encoding",
        `It came compressed (${encoding.slice(0, 20)}).`,
        true,
      );
    }
    if (Number(response.headers["content-length"] ?? 0) > bytesMax) throw tooLarge(bytesMax);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      chunks.push(chunk);
    }
    return decode(Buffer.concat(chunks));
  } finally {
    response.destroy();
  }
}

function tooLarge(bytesMax: number): LayoutFetchError {
  return new LayoutFetchError("size", `It has more than ${bytesMax} bytes.`, true);
}

/** The bytes as they are, a mark at their beginning included, because they are what was hashed. */
function decode(bytes: Buffer): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // Said below.
  }
  throw new LayoutFetchError("encoding", "It is not a text in UTF-8.", true);
}
