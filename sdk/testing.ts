// A server that tests script: what it is asked, and what it answers.

/** A request as it left the client. */
export interface SeenRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
  /** The operation and its variables, when it is one. */
  readonly operation: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An answer, a failure to connect, or `hang`: no answer until the client gives up. */
export type Reply = Response | Error | "hang";

/** A `fetch` that answers in order, and what it was asked. The last answer is repeated. */
export interface ScriptedFetch {
  readonly fetch: typeof fetch;
  readonly seen: readonly SeenRequest[];
}

/** Answers one request after the other, from a list or by a function. */
export function scriptedFetch(
  replies: readonly (() => Reply)[] | ((request: SeenRequest) => Reply),
): ScriptedFetch {
  const seen: SeenRequest[] = [];
  const scripted: typeof fetch = async (input, init = {}) => {
    const request = seenRequest(input instanceof Request ? input.url : String(input), init);
    seen.push(request);
    const reply =
      typeof replies === "function"
        ? replies(request)
        : (replies[Math.min(seen.length, replies.length) - 1] ?? fail)();
    if (reply instanceof Error) throw reply;
    if (reply !== "hang") return reply;
    const { promise, reject } = Promise.withResolvers<Response>();
    init.signal?.addEventListener("abort", () => reject(init.signal?.reason), { once: true });
    return await promise;
  };
  return { fetch: scripted, seen };
}

/** An answer with data. */
export function data(value: object): Response {
  return Response.json({ data: value });
}

/** An answer with an error. */
export function refused(code: string, more: Readonly<Record<string, unknown>> = {}): Response {
  return Response.json({
    data: null,
    errors: [{ message: `Refused: ${code}`, path: ["x"], extensions: { code, ...more } }],
  });
}

function seenRequest(url: string, init: RequestInit): SeenRequest {
  const headers = new Headers(init.headers);
  const body = typeof init.body === "string" ? init.body : "";
  const json: { operationName?: string; variables?: Record<string, unknown> } =
    headers.get("content-type") === "application/json" ? JSON.parse(body) : {};
  return {
    url,
    method: init.method ?? "GET",
    headers,
    body,
    operation: json.operationName ?? "",
    variables: json.variables ?? {},
  };
}

function fail(): Reply {
  throw new Error("The script has no answer.");
}
