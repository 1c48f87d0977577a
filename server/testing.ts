import { createHash, randomBytes } from "node:crypto";
import type { GraphQLSchema } from "postgraphile/graphql";
import { testDatabase, type TestDatabase } from "../db/tests/harness.ts";
import { openDatabase } from "./database.ts";
import { buildSchema } from "./graphql/schema.ts";
import { startServer, type RunningServer, type ServerOptions } from "./server.ts";

/** The keys of the account that tests pretend to have. */
export const testStripe = {
  secretKey: "sk_test_server",
  publishableKey: "pk_test_server",
  webhookSecret: "whsec_server",
} as const;

/** An error as callers see it. */
export interface AnsweredError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** An answer over HTTP. */
export interface Answer<Data> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Data | null | undefined;
  readonly errors: readonly AnsweredError[];
  /** The codes of the errors. */
  readonly codes: readonly unknown[];
}

/** Whoever asks: a user by token, a guest by cart token, or nobody. */
export interface Caller {
  readonly token?: string | undefined;
  readonly cartToken?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Anything that a query may return: the shape of an answer is what tests are about, so they look into it freely. */
export type Anything = ReturnType<typeof JSON.parse>;

/** A server on a database of its own. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly server: RunningServer;
  readonly database: TestDatabase;
  graphql(
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    caller?: Caller,
  ): Promise<Answer<Anything>>;
  /** The data, when there must be no error. */
  data(
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    caller?: Caller,
  ): Promise<Anything>;
}

let knownSchema: Promise<GraphQLSchema> | undefined;

/** The schema of every database that a test has copied and not changed: this process builds it once. */
async function sharedSchema(database: TestDatabase): Promise<GraphQLSchema> {
  try {
    return await (knownSchema ??= readSchema(database));
  } catch (error) {
    // The next file may have more luck.
    knownSchema = undefined;
    throw error;
  }
}

async function readSchema(testing: TestDatabase): Promise<GraphQLSchema> {
  const databaseUrl = testing.url("lml_authenticator");
  const database = openDatabase({ databaseUrl, poolSize: 1, onError: () => undefined });
  try {
    return await buildSchema(database.service);
  } finally {
    await database.pool.end();
  }
}

/** Starts a server on a database whose functions and tables are those of the template. */
export async function serve(
  database: TestDatabase,
  options: Partial<ServerOptions> = {},
): Promise<RunningServer> {
  return await startServer({
    databaseUrl: database.url("lml_authenticator"),
    stripe: testStripe,
    logLevel: "silent",
    schema: await sharedSchema(database),
    ...options,
  });
}

/** Starts a server for a test file. `prepare` may change the database before the server reads it. */
export async function startTestServer(
  options: Partial<ServerOptions> = {},
  prepare?: (database: TestDatabase) => Promise<void>,
): Promise<TestServer> {
  const database = await testDatabase();
  try {
    await prepare?.(database);
    const own = prepare === undefined ? {} : { schema: undefined };
    const server = await serve(database, { ...own, ...options });
    const { url } = server;
    const graphql: TestServer["graphql"] = (query, variables, caller) =>
      ask(url, query, variables, caller);
    return {
      url,
      server,
      database,
      graphql,
      data: async (query, variables, caller) => {
        const answer = await graphql(query, variables, caller);
        if (answer.errors.length > 0 || answer.data == null) {
          throw new Error(`${query}\n${JSON.stringify(answer.errors)}`);
        }
        return answer.data;
      },
      [Symbol.asyncDispose]: async () => {
        await server.close();
        await database.drop();
      },
    };
  } catch (error) {
    await database.drop();
    throw error;
  }
}

/** Sends an operation the way any client would. */
export async function ask(
  url: string,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  caller: Caller = {},
): Promise<Answer<Anything>> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...callerHeaders(caller) },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as { data?: Anything; errors?: AnsweredError[] };
  const errors = body.errors ?? [];
  return {
    status: response.status,
    headers: response.headers,
    data: body.data,
    errors,
    codes: errors.map(({ extensions }) => extensions?.["code"]),
  };
}

/** A token as clients make them. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

/** A name that nothing else has. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString("hex")}`;
}

/** The token of the newest mail to an address. */
export async function mailedToken(
  { database }: TestServer,
  email: string,
  template: string,
): Promise<string | undefined> {
  const owner = await database.connect("lml_owner");
  const { rows } = await owner.query<{ token: string }>(
    `select variables ->> 'token' as token from app_private.outgoing_emails
    where recipient = $1 and template = $2 order by id desc limit 1`,
    [email, template],
  );
  await owner.end();
  return rows[0]?.token;
}

/** Somebody with an account, who has just opened it. */
export async function signUp(
  server: TestServer,
  { email = `${uniqueName("user")}@example.com`, password = "correct horse" } = {},
): Promise<{ token: string; id: string; email: string }> {
  const query = "mutation ($input: SignUpInput!) { signUp(input: $input) }";
  await server.data(query, { input: { email, password, firstName: "Ada", lastName: "Lovelace" } });
  const { completeSignUp } = await server.data(
    `mutation ($input: CompleteSignUpInput!) {
      completeSignUp(input: $input) { token user { id } }
    }`,
    { input: { token: await mailedToken(server, email, "complete_sign_up"), password } },
  );
  return { token: completeSignUp.token, id: completeSignUp.user.id, email };
}

/** A small published theatre, all of it made through GraphQL. */
export interface Theatre {
  readonly owner: { readonly token: string; readonly id: string };
  readonly organizationId: string;
  readonly layoutId: string;
  readonly layoutSha256: string;
  readonly eventId: string;
  readonly performanceId: string;
  readonly seatIds: readonly string[];
}

/** Builds a theatre of one row. `publish: false` leaves its event a draft. */
export async function createTheatre(
  server: TestServer,
  { seats = 12, publish = true }: { seats?: number; publish?: boolean } = {},
): Promise<Theatre> {
  const owner = await signUp(server);
  const slug = uniqueName("theatre");
  const as = { token: owner.token };
  const made = async (
    mutation: string,
    input: Readonly<Record<string, unknown>>,
    result: string,
  ): Promise<Anything> => {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`;
    const query = `mutation ($input: ${type}) { ${mutation}(input: $input) { ${result} } }`;
    const data = await server.data(query, { input }, as);
    return Object.values(data[mutation])[0];
  };
  const organization = await made(
    "createOrganization",
    { name: "Theatre", slug, email: "box@example.com", defaultCurrency: "EUR" },
    "organization { id }",
  );
  const organizationId: string = organization.id;
  const venue = await made(
    "createVenue",
    { organizationId, name: "House", slug, timezone: "Europe/Vienna", address: { city: "Wien" } },
    "venue { id }",
  );
  const document = layoutDocument(seats, slug);
  const layoutSha256 = createHash("sha256").update(document).digest("hex");
  const layout = await made(
    "importVenueLayout",
    { venueId: venue.id, document, sha256: layoutSha256 },
    "venueLayout { id sections { nodes { layoutSeats(first: 100) { nodes { seatId seatNo } } } } }",
  );
  const event = await made(
    "createEvent",
    { organizationId, venueId: venue.id, title: "Play", slug },
    "event { id }",
  );
  const performance = await made(
    "createPerformance",
    { eventId: event.id, layoutId: layout.id, startsAt: "2126-07-01T19:30:00+02:00" },
    "performance { id }",
  );
  await made(
    "createTicketCategory",
    { eventId: event.id, name: "Standard", priceCents: "5000", seatCategories: ["I"] },
    "ticketCategory { id }",
  );
  if (publish) await made("publishEvent", { eventId: event.id }, "event { id }");
  return {
    owner,
    organizationId,
    layoutId: layout.id,
    layoutSha256,
    eventId: event.id,
    performanceId: performance.id,
    seatIds: layout.sections.nodes[0].layoutSeats.nodes.map(
      ({ seatId }: { seatId: string }) => seatId,
    ),
  };
}

function layoutDocument(seats: number, name: string): string {
  return JSON.stringify({
    categories: [{ color: "#F44336", name: "I" }],
    format: "lml-layout/1",
    name,
    sections: [
      {
        name: "Stalls",
        rows: [
          {
            name: "A",
            seats: Array.from({ length: seats }, (_, at) => ({
              category: "I",
              number: String(at + 1),
              x: (at + 0.5) / seats,
              y: 0.5,
            })),
          },
        ],
      },
    ],
  });
}

/** The headers that say who asks. */
export function callerHeaders({ token, cartToken, headers }: Caller): Record<string, string> {
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(cartToken === undefined ? {} : { "x-cart-token": cartToken }),
    ...headers,
  };
}
