import { randomBytes } from "node:crypto";
import pg from "pg";
import { migrate } from "../cli/db/migrate.ts";
import { applyPending } from "../cli/db/pending.ts";
import { temporaryPostgres, type LoginRole, type PostgresServer } from "../cli/db/postgres.ts";
import type { Figure } from "./figure.ts";

/** What every figure is measured on: one throw-away server that really writes to disk. */
export interface Bench {
  readonly server: PostgresServer;
  /** How many rounds a comparison takes. */
  readonly rounds: number;
  readonly log: (line: string) => void;
  /** A migrated database of the figure's own. */
  database(): Promise<BenchDatabase>;
  /** Closes all connections: those of many figures together are more than a server takes. */
  disconnect(): Promise<void>;
}

/** A migrated database. */
export interface BenchDatabase {
  readonly name: string;
  url(role: LoginRole): string;
  /** Connects as a role, until `disconnect`. */
  connect(role: LoginRole): Promise<pg.Client>;
  /** Connects several times. */
  clients(role: LoginRole, count: number): Promise<pg.Client[]>;
}

/** One file of `figures/`. */
export type Measurement = (bench: Bench) => Promise<Figure[]>;

/** Runs with a server that has the durability of production, and removes it afterwards. */
export async function withBench<T>(
  options: { readonly rounds: number; readonly log: (line: string) => void },
  action: (bench: Bench) => Promise<T>,
): Promise<T> {
  const server = await temporaryPostgres({
    settings: {
      fsync: "on",
      full_page_writes: "on",
      synchronous_commit: "on",
      shared_buffers: "256MB",
      max_wal_size: "4GB",
      autovacuum: "off",
    },
  });
  const open: pg.Client[] = [];
  const disconnect = async (): Promise<void> => {
    await Promise.all(open.splice(0).map((client) => client.end().catch(() => undefined)));
  };
  const database = async (): Promise<BenchDatabase> => {
    const name = `bench_${randomBytes(4).toString("hex")}`;
    const url = (role: LoginRole): string => server.url(role, name);
    await migrate({
      ownerUrl: url("lml_owner"),
      superuserUrl: server.url("postgres", "postgres"),
      roleUrls: [url("lml_owner"), url("lml_authenticator"), url("lml_worker")],
    });
    await applyPending(url("lml_owner"));
    const connect = async (role: LoginRole): Promise<pg.Client> => {
      const client = new pg.Client({ connectionString: url(role) });
      // What breaks it is told by its next statement; without a listener the process would end, and not say why.
      client.on("error", () => undefined);
      open.push(client);
      await client.connect();
      return client;
    };
    const clients = (role: LoginRole, count: number): Promise<pg.Client[]> =>
      Promise.all(Array.from({ length: count }, () => connect(role)));
    return { name, url, connect, clients };
  };
  try {
    return await action({ server, ...options, database, disconnect });
  } finally {
    await disconnect();
    await server.stop();
  }
}
