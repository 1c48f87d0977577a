import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Change, Store } from "./store.ts";

/** Where changes are kept. */
export interface Journal {
  /** Replays what was kept before into an empty store. Comes before everything else. */
  open(store: Store): Promise<void>;
  /** Keeps the changes of one request together; resolves once they are on the disk. */
  append(changes: readonly Change[]): Promise<void>;
  /** Resolves once everything that was appended so far is on the disk. */
  flushed(): Promise<void>;
  /** Writes what is still waiting, then lets go of the file. */
  close(): Promise<void>;
}

/** The journal of a stand-in that forgets everything when it stops. */
export const NO_JOURNAL: Journal = {
  open: async () => {},
  append: async () => {},
  flushed: async () => {},
  close: async () => {},
};

/** Where a journal lies, and when and how it is shortened. */
export interface JournalOptions {
  path: string;
  /** A larger journal is compacted when it is opened. */
  compactAboveBytes: number;
  /** Removes from the store what need not be kept. */
  prune(store: Store): void;
}

interface Waiting {
  line: string;
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * An append-only file with one JSON array of changes per line. Requests that arrive while the disk
 * is busy share the next fsync. After a failed write nothing more is accepted, since the memory is
 * then ahead of the file: only a restart brings the two together again. A journal belongs to one
 * running stand-in at a time.
 */
export class FileJournal implements Journal {
  readonly #options: JournalOptions;
  #file: FileHandle | null = null;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #failure: { reason: unknown } | null = null;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Replays the file; cuts a torn last line off, and compacts the file when it is big. */
  async open(store: Store): Promise<void> {
    const { path, compactAboveBytes, prune } = this.#options;
    await mkdir(dirname(path), { recursive: true });
    this.#file = await open(path, "a", 0o600);
    const { lines, bytes } = readLines(path);
    for (const changes of lines) store.apply(changes);
    if (bytes > compactAboveBytes) {
      await this.#file.close();
      this.#file = null;
      prune(store);
      compact(path, store);
      this.#file = await open(path, "a", 0o600);
      return;
    }
    await this.#file.truncate(bytes);
    await this.#file.sync();
    syncDirectory(path);
  }

  append(changes: readonly Change[]): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure.reason);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line: `${JSON.stringify(changes)}\n`, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  async flushed(): Promise<void> {
    await this.#writing;
    if (this.#failure !== null) throw this.#failure.reason;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = null;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        if (this.#failure !== null) throw this.#failure.reason;
        if (this.#file === null) throw new Error("The journal is not open");
        await this.#file.appendFile(batch.map(({ line }) => line).join(""));
        await this.#file.datasync();
        for (const each of batch) each.resolve();
      } catch (reason) {
        this.#failure = { reason };
        for (const each of batch) each.reject(reason);
      }
    }
    this.#writing = null;
  }
}

/** Reads the lines that were wholly written, and how many bytes they take. */
function readLines(path: string): { lines: Change[][]; bytes: number } {
  const content = readFileSync(path);
  const lines: Change[][] = [];
  let start = 0;
  for (;;) {
    const end = content.indexOf("\n", start);
    // Bytes after the last line end are a line that was cut off: its request was never answered.
    if (end === -1) return { lines, bytes: start };
    try {
      lines.push(JSON.parse(content.toString("utf8", start, end)) as Change[]);
    } catch (cause) {
      if (content.indexOf("\n", end + 1) === -1) return { lines, bytes: start };
      throw new Error(`The Stripe stand-in cannot read line ${lines.length + 1} of its journal`, {
        cause,
      });
    }
    start = end + 1;
  }
}

/** Replaces the journal by the shortest one with the same meaning, in one step. */
function compact(path: string, store: Store): void {
  const replacement = `${path}.compacting`;
  const file = openSync(replacement, "w", 0o600);
  try {
    for (const change of store.snapshot()) writeSync(file, `${JSON.stringify([change])}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(replacement, path);
  syncDirectory(path);
}

/** A new or renamed file survives a power cut only when its directory is written too. */
function syncDirectory(path: string): void {
  const directory = openSync(dirname(path), "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
