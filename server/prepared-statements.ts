import { hash } from "node:crypto";
import type pg from "pg";
import type { SettingsQuery } from "./settings.ts";

/** How many statements a connection keeps prepared: each takes memory there. */
const preparedMax = 100;

/** What the driver knows to be prepared, by name. Its types say nothing of it. */
interface DriverConnection {
  readonly parsedStatements: Record<string, string | undefined>;
}

/** What one connection has prepared. The driver prepares whatever has a name, and never forgets it. */
export class PreparedStatements {
  static readonly #ofClients = new WeakMap<pg.ClientBase, PreparedStatements>();

  readonly #client: pg.ClientBase;
  readonly #settings = new Set<string>();
  /** Names, the one that was used least recently first. */
  readonly #names = new Set<string>();

  private constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  /** Those of a connection. */
  static of(client: pg.ClientBase): PreparedStatements {
    let those = this.#ofClients.get(client);
    if (those === undefined) {
      those = new PreparedStatements(client);
      this.#ofClients.set(client, those);
    }
    return those;
  }

  /**
   * Settings as they can be sent in front of a statement: prepared. The first time on a connection they are sent by
   * themselves, which prepares them and changes nothing, because they end with their transaction.
   */
  inFront(query: SettingsQuery): SettingsQuery {
    if (!this.#settings.has(query.name)) {
      this.#settings.add(query.name);
      // The statement behind it finds nothing prepared then, and fails, too.
      this.#client.query(query).catch(() => this.#settings.delete(query.name));
    }
    return query;
  }

  /** The name to send a statement with, its own or one that is made of its text. */
  use(text: string, ownName: string | undefined): string {
    const name = ownName ?? hash("sha1", text, "base64url");
    this.#names.delete(name);
    this.#names.add(name);
    if (this.#names.size > preparedMax) this.#forget(this.#names.values().next().value);
    return name;
  }

  #forget(name: string | undefined): void {
    if (name === undefined) return;
    this.#names.delete(name);
    const { parsedStatements } = (
      this.#client as unknown as { readonly connection: DriverConnection }
    ).connection;
    if (parsedStatements[name] === undefined) return;
    delete parsedStatements[name];
    // Sent before what is sent next. Should it fail, the connection is broken.
    this.#client.query(`deallocate "${name}"`).catch(() => undefined);
  }
}
