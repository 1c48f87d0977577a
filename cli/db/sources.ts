import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { join, relative, sep } from "node:path";

/** The modules, in the order in which they may depend on each other. */
const modules = [
  "identity",
  "organizations",
  "venues",
  "events",
  "inventory",
  "bookings",
  "payments",
  "tickets",
  "partners",
  "notifications",
  "risk",
  "audit",
  "analytics",
  "support",
  "plugins",
  "privacy",
] as const;

/** What kind of object a source file holds. */
export type SourceKind = "functions" | "policies";

/** One file of `db/functions` or `db/policies`: the current source of one object. */
export interface Source {
  readonly kind: SourceKind;
  readonly module: string;
  readonly name: string;
  /** Relative to the root, with forward slashes: `db/functions/inventory/hold_seats.sql`. */
  readonly path: string;
  readonly text: string;
}

/** The state of sources, history and `current/`, compared. */
export interface SourceReport {
  /** Sources that differ from history, in the order in which they must run. */
  readonly changed: readonly Source[];
  /** Paths that history contains and nobody drops, though their file is gone: a `drop` must be written by hand. */
  readonly undropped: readonly string[];
  /** Names of the hand-written files of the current migration. */
  readonly handwritten: readonly string[];
}

/** Raised when the files cannot be put in order. The message names the file. */
class SourceError extends Error {
  override name = "SourceError";
}

const firstLinkNumber = 1000;
const linkName = /^\d+-(functions|policies)-([a-z0-9_]+)-([a-z0-9_]+)\.sql$/;

/** Reads every source file. Refuses a file that is not where the conventions want it. */
export function readSources(root: string): Source[] {
  return (["functions", "policies"] as const).flatMap((kind) => {
    const base = join(root, "db", kind);
    if (!existsSync(base)) return [];
    const files = readdirSync(base, { recursive: true, withFileTypes: true });
    return files
      .filter((file) => file.isFile() && file.name.endsWith(".sql"))
      .map((file) => readSource(root, kind, join(file.parentPath, file.name)));
  });
}

function readSource(root: string, kind: SourceKind, file: string): Source {
  const path = relative(root, file).split(sep).join("/");
  const [, , module = "", fileName = "", ...deeper] = path.split("/");
  const name = fileName.replace(/\.sql$/, "");
  if (deeper.length > 0 || !modules.some((known) => known === module)) {
    throw new SourceError(
      `${path}: sources are db/${kind}/<module>/<name>.sql with a module of: ${modules.join(", ")}.`,
    );
  }
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new SourceError(`${path}: name the file like its object: lower case, digits and _.`);
  }
  const text = readFileSync(file, "utf8").replaceAll("\r\n", "\n");
  if (/^--! /m.test(text)) throw new SourceError(`${path}: \`--!\` is for graphile-migrate only.`);
  if (text.trim() === "") throw new SourceError(`${path} is empty.`);
  return { kind, module, name, path, text };
}

/**
 * Puts sources in the order in which they must run: functions before views before policies, each in the order of
 * modules, then by name. A line `-- after: <module>/<name>` at the top of a file moves it behind another of its kind.
 */
export function orderSources(sources: readonly Source[]): Source[] {
  const rank = (source: Source): number => {
    if (source.kind === "policies") return 2;
    return /\bcreate\s+(or\s+replace\s+)?(materialized\s+)?view\b/i.test(source.text) ? 1 : 0;
  };
  const moduleIndex = (source: Source): number =>
    modules.findIndex((name) => name === source.module);
  const byConvention = sources.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      moduleIndex(a) - moduleIndex(b) ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  const placed = new Set<Source>();
  const visiting = new Set<Source>();
  const place = (source: Source): void => {
    if (placed.has(source)) return;
    if (visiting.has(source))
      throw new SourceError(`${source.path}: \`-- after:\` goes in circles.`);
    visiting.add(source);
    for (const wanted of wantedBefore(source)) {
      const other = sources.find(
        (candidate) =>
          candidate.kind === source.kind && `${candidate.module}/${candidate.name}` === wanted,
      );
      // A file that is not in the list is in history already, and so before this one.
      if (other !== undefined) place(other);
    }
    visiting.delete(source);
    placed.add(source);
  };
  byConvention.forEach(place);
  return [...placed];
}

function wantedBefore(source: Source): string[] {
  return [...source.text.matchAll(/^-- after: ([a-z0-9_]+\/[a-z0-9_]+)\s*$/gm)].map(
    ([, wanted = ""]) => wanted,
  );
}

interface Section {
  /** The name of the file in `current/` that was sealed. */
  readonly file: string;
  readonly text: string;
}

/** The parts of all committed migrations, oldest first: commit seals each file of `current/` under a `--! split:` line. */
function readHistory(root: string): Section[] {
  const directory = join(root, "db", "migrations", "committed");
  if (!existsSync(directory)) return [];
  const files = readdirSync(directory).filter((file) => /^\d+.*\.sql$/.test(file));
  return files.toSorted().flatMap((file) => {
    const sections: Section[] = [];
    let name = file;
    let lines: string[] = [];
    const flush = (): void => {
      sections.push({ file: name, text: lines.join("\n").trim() });
      lines = [];
    };
    for (const line of readFileSync(join(directory, file), "utf8").split(/\r?\n/)) {
      const split = /^--! split: (\S+)$/.exec(line);
      if (split?.[1] === undefined) {
        lines.push(line);
      } else {
        flush();
        name = split[1];
      }
    }
    flush();
    return sections;
  });
}

/** Compares the sources with what the committed migrations contain last. */
export function compareSources(root: string): SourceReport {
  const sources = readSources(root);
  const history = readHistory(root);
  const current = join(root, "db", "migrations", "current");
  const handwritten = listCurrent(root).filter((file) => !linkName.test(file));

  const last = new Map<string, { text: string; index: number }>();
  history.forEach(({ file, text }, index) => {
    const [, kind, module, name] = linkName.exec(file) ?? [];
    if (kind === undefined) return;
    last.set(`db/${kind}/${module}/${name}.sql`, { text, index });
  });

  const changed = sources.filter(({ path, text }) => last.get(path)?.text !== text.trim());
  const present = new Set(sources.map(({ path }) => path));
  const writtenNow = handwritten.map((file) => readFileSync(join(current, file), "utf8"));
  const undropped = [...last]
    .filter(([path, { index }]) => {
      if (present.has(path)) return false;
      const name = /([a-z0-9_]+)\.sql$/.exec(path)?.[1] ?? "";
      const later = history.slice(index + 1).map(({ text }) => text);
      const drop = new RegExp(`\\bdrop\\b[^;]*\\b${name}\\b`, "i");
      return ![...later, ...writtenNow].some((text) => drop.test(text));
    })
    .map(([path]) => path);
  return { changed: orderSources(changed), undropped, handwritten };
}

/** The SQL that the next commit would seal, without touching any file, or undefined when nothing is pending. */
export function pendingSql(root: string): { text: string; files: readonly string[] } | undefined {
  const { changed, handwritten } = compareSources(root);
  const current = join(root, "db", "migrations", "current");
  const byNumber = handwritten.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  const parts = [
    ...byNumber.map((file) => ({
      path: `db/migrations/current/${file}`,
      text: readFileSync(join(current, file), "utf8"),
    })),
    ...changed,
  ];
  if (parts.length === 0) return undefined;
  return {
    text: parts.map(({ path, text }) => `-- ${path}\n${text.trim()}\n`).join("\n"),
    files: parts.map(({ path }) => path),
  };
}

/** Makes `current/` hold a link to each source that differs from history, and no other link. Returns what it found. */
export function linkSources(root: string): SourceReport {
  const report = compareSources(root);
  const current = join(root, "db", "migrations", "current");
  mkdirSync(current, { recursive: true });
  for (const file of report.handwritten) {
    if (Number.parseInt(file, 10) >= firstLinkNumber) {
      throw new SourceError(
        `db/migrations/current/${file}: numbers from ${firstLinkNumber} on are for links.`,
      );
    }
  }
  const wanted = new Map(
    report.changed.map(({ kind, module, name, path }, index) => [
      `${firstLinkNumber + index}-${kind}-${module}-${name}.sql`,
      relative(realpathSync(current), join(realpathSync(root), path)),
    ]),
  );
  for (const file of listCurrent(root)) {
    if (linkName.test(file) && !wanted.has(file)) unlinkSync(join(current, file));
  }
  for (const [file, target] of wanted) {
    const path = join(current, file);
    if (isLink(path)) continue;
    if (existsSync(path)) unlinkSync(path);
    symlinkSync(target, path);
  }
  return report;
}

/** Removes every link from `current/`. The sources stay. */
export function unlinkSources(root: string): void {
  for (const file of listCurrent(root)) {
    const path = join(root, "db", "migrations", "current", file);
    if (linkName.test(file) && isLink(path)) unlinkSync(path);
  }
}

/** The SQL files of the current migration. */
export function listCurrent(root: string): string[] {
  const current = join(root, "db", "migrations", "current");
  if (!existsSync(current)) return [];
  return readdirSync(current)
    .filter((file) => file.endsWith(".sql") && !file.startsWith("."))
    .toSorted();
}

/** The names of the committed migrations. */
export function listCommitted(root: string): string[] {
  const committed = join(root, "db", "migrations", "committed");
  if (!existsSync(committed)) return [];
  return readdirSync(committed)
    .filter((file) => /^\d+.*\.sql$/.test(file))
    .toSorted();
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
