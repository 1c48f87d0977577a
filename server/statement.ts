import pg from "pg";
import { away, isOfLostConnection, refusal, unknownOutcome } from "./errors.ts";
import { PreparedStatements } from "./prepared-statements.ts";
import { settingsQuery, type Settings } from "./settings.ts";

/** A statement for the database. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  /**
   * What it is prepared as. Statements that only read have one, as PostGraphile gives it to them; whatever may change
   * something has none, and is given one.
   */
  readonly name?: string | undefined;
  /** Whether rows come as arrays. Default: as objects. */
  readonly arrayMode?: boolean | undefined;
}

/** What came of a statement. */
export interface Answer<Row> {
  readonly rows: Row[];
  readonly rowCount: number | null;
}

/**
 * Runs a statement as a transaction of its own, in one round trip. When it returns, the transaction is committed. Without
 * settings it is the login role's. Raises LMBSY when the connection was lost and nothing was done, LMUNK when nobody knows.
 */
export async function runStatement<Row>(
  client: pg.ClientBase,
  settings: Settings | null,
  { text, values = [], name, arrayMode = false }: Statement,
): Promise<Answer<Row>> {
  const config = { text, values: [...values], ...(arrayMode ? { rowMode: "array" } : {}) };
  if (settings === null) return await client.query<Row & pg.QueryResultRow>(config);
  const prepared = PreparedStatements.of(client);
  const { promise, resolve, reject } = Promise.withResolvers<Answer<Row>>();
  const query = new QueryWithSettings(
    prepared.inFront(settingsQuery(settings)),
    { ...config, name: prepared.use(text, name) },
    (error, answer) => (error == null ? resolve(answer as Answer<Row>) : reject(error)),
  );
  client.query(query);
  try {
    return await promise;
  } catch (error) {
    if (!isOfLostConnection(error) || (await isAlive(client))) throw error;
    const mayBeDone = name === undefined && query.mayBeDone(error);
    throw refusal(mayBeDone ? unknownOutcome : away, error);
  }
}

async function isAlive(client: pg.ClientBase): Promise<boolean> {
  return await client.query("select").then(
    () => true,
    () => false,
  );
}

/** The driver's own query: what the driver tells it, of which the driver's types say nothing. */
interface DriverQuery extends pg.Submittable {
  prepare(connection: pg.Connection): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: pg.Connection): void;
}

const DriverQuery = pg.Query as unknown as new (
  config: pg.QueryConfig,
  callback: (error: Error | null | undefined, answer: Answer<unknown>) => void,
) => DriverQuery;

/**
 * A statement and the settings in front of it. What PostgreSQL is sent up to the next `Sync` is one transaction, which is
 * committed there without a `begin` and a `commit`. When the settings fail, it skips all the rest, and when the
 * transaction fails at its end, so has the statement: the driver gives the result out after that.
 */
class QueryWithSettings extends DriverQuery {
  readonly #settings: pg.QueryConfig;
  #state: "waiting" | "sent" | "set" | "complete" = "waiting";

  constructor(settings: pg.QueryConfig, ...rest: ConstructorParameters<typeof DriverQuery>) {
    super(...rest);
    this.#settings = settings;
  }

  /** Whether the statement may last, given what was heard last: a database that ends a connection says where it was. */
  mayBeDone(error: unknown): boolean {
    if (this.#state === "waiting") return false;
    return this.#state === "complete" || !(error instanceof pg.DatabaseError);
  }

  override prepare(connection: pg.Connection): void {
    this.#state = "sent";
    connection.bind({ statement: this.#settings.name, values: this.#settings.values }, true);
    connection.execute(null, true);
    super.prepare(connection);
  }

  override handleDataRow(message: unknown): void {
    // The one before is of the settings.
    if (this.#state === "set") super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: pg.Connection): void {
    if (this.#state === "sent") {
      this.#state = "set";
    } else {
      this.#state = "complete";
      super.handleCommandComplete(message, connection);
    }
  }
}
