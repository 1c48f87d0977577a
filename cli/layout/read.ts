import { canonicalText, sha256Hex } from "./canonical.ts";
import type { Changed, LayoutChange } from "./changes.ts";
import { checkDraft } from "./check.ts";
import type { LayoutDocument } from "./document.ts";
import { countDraft, type Draft, type LayoutCounts, type SourceFormat } from "./draft.ts";
import { type Problem, ProblemList } from "./problems.ts";
import { repairDraft } from "./repair.ts";
import { readSource } from "./source.ts";
import { textOrNothing } from "./structure.ts";
import { tidyDraft } from "./tidy.ts";
import { toDocument } from "./to-document.ts";

/** How to read a layout. */
export interface ReadLayoutOptions {
  /** Repair what is unambiguous instead of refusing the file for it. */
  repair: boolean;
  /** The layout's name, instead of the one in the file. */
  name?: string;
}

/** A layout that may be imported. */
export interface AcceptedLayout {
  accepted: true;
  format: SourceFormat;
  document: LayoutDocument;
  canonicalText: string;
  sha256: string;
  counts: LayoutCounts;
  problems: Problem[];
  repairs: LayoutChange[];
}

/** A layout that may not be imported, and why. */
export interface RefusedLayout {
  accepted: false;
  /** Undefined when the file was not recognized. */
  format: SourceFormat | undefined;
  name: string | undefined;
  /** What the file holds; undefined when it could not be read so far. */
  counts: LayoutCounts | undefined;
  problems: Problem[];
  /** Whether repairing was asked for. */
  repair: boolean;
}

/** What came of reading a layout file. */
export type LayoutReading = AcceptedLayout | RefusedLayout;

/**
 * Reads a layout file, our own format or a pretix seating plan, and says everything that is wrong
 * with it. Never throws for what a file contains.
 */
export function readLayout(text: string, options: ReadLayoutOptions): LayoutReading {
  const noted = new ProblemList();
  const { format, draft } = readSource(text, noted);
  if (draft === undefined) {
    return { ...refusal(noted.toArray(), options), format, name: options.name, counts: undefined };
  }
  const name = options.name === undefined ? draft.name : textOrNothing(options.name);
  const named = { ...draft, name };
  const tidied = tidyDraft(named, noted);
  const problems = [...checkDraft(tidied.draft).toArray(), ...noted.toArray()];
  const outcome = options.repair ? repair(tidied, problems) : { ...tidied, problems };
  if (outcome.problems.some(({ severity, repaired }) => severity === "error" && !repaired)) {
    return { ...refusal(outcome.problems, options), format, name, counts: countDraft(named) };
  }
  return accept(outcome);
}

type Outcome = Changed<Draft> & { problems: Problem[] };

function repair(tidied: Changed<Draft>, problems: Problem[]): Outcome {
  const repaired = repairDraft(tidied.draft);
  return {
    draft: repaired.draft,
    changes: [...repaired.changes, ...tidied.changes],
    problems: afterRepair(problems, checkDraft(repaired.draft).toArray()),
  };
}

/**
 * Marks what a repair resolved, and adds what only shows afterwards, such as a block's name that is
 * too long.
 */
function afterRepair(before: Problem[], after: Problem[]): Problem[] {
  const remaining = new Set(after.map(({ kind }) => kind));
  const known = new Set(before.map(({ kind }) => kind));
  const resolved = ({ kind, repairable }: Problem) => repairable && !remaining.has(kind);
  return [
    ...before.map((problem) => ({ ...problem, repaired: resolved(problem) })),
    ...after.filter(({ kind, severity }) => severity === "error" && !known.has(kind)),
  ];
}

/** Nothing of a refused file is kept, so nothing of it counts as repaired. */
function refusal(problems: Problem[], options: ReadLayoutOptions) {
  return {
    accepted: false as const,
    problems: problems.map((problem) => ({ ...problem, repaired: false })),
    repair: options.repair,
  };
}

function accept({ draft, problems, changes }: Outcome): AcceptedLayout {
  const document = toDocument(draft);
  const text = canonicalText(document);
  return {
    accepted: true,
    format: draft.format,
    document,
    canonicalText: text,
    sha256: sha256Hex(text),
    counts: countDraft(draft),
    problems,
    repairs: changes,
  };
}
