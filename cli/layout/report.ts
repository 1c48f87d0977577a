import type { LayoutCounts, SourceFormat } from "./draft.ts";
import type { Problem } from "./problems.ts";
import type { AcceptedLayout, LayoutReading, RefusedLayout } from "./read.ts";

const FORMAT_NAMES: Record<SourceFormat, string> = {
  "lml-layout/1": "lml-layout/1",
  pretix: "pretix seating plan",
};

/** Says in plain, aligned text what came of reading a layout file: ends with a newline. */
export function formatLayoutReport(reading: LayoutReading): string {
  const blocks = [
    head(reading),
    block("Errors", reading.problems.filter(isOpen).map(problemRow)),
    block("Repaired", reading.problems.filter(({ repaired }) => repaired).map(problemRow)),
    block(
      "Notices",
      reading.problems.filter(({ severity }) => severity === "notice").map(problemRow),
    ),
    reading.accepted ? block("Done", doneRows(reading)) : advice(reading),
  ];
  return `${blocks.filter((text) => text !== "").join("\n\n")}\n`;
}

interface Row {
  label: string;
  count: string;
  lines: string[];
}

function head(reading: LayoutReading): string {
  const name = reading.accepted ? reading.document.name : reading.name;
  const title = name === undefined ? "Layout" : `Layout "${printable(name)}"`;
  const format = reading.format === undefined ? "" : ` (${FORMAT_NAMES[reading.format]})`;
  const lines = [`${title}${format}: ${verdict(reading)}`];
  if (reading.counts !== undefined) lines.push(`  ${countsText(reading.counts)}`);
  if (reading.accepted) lines.push(`  sha256 ${reading.sha256}`);
  return lines.join("\n");
}

function verdict(reading: LayoutReading): string {
  if (!reading.accepted) return "refused";
  return reading.problems.some(({ repaired }) => repaired) ? "accepted after repair" : "accepted";
}

function countsText(counts: LayoutCounts): string {
  const parts = [
    [counts.sections, "section", "sections"],
    [counts.rows, "row", "rows"],
    [counts.seats, "seat", "seats"],
    ...(counts.places > 0 ? [[counts.places, "standing place", "standing places"] as const] : []),
    [counts.categories, "category", "categories"],
  ] as const;
  return parts.map(([count, one, many]) => `${count} ${count === 1 ? one : many}`).join(", ");
}

function isOpen({ severity, repaired }: Problem): boolean {
  return severity === "error" && !repaired;
}

function problemRow(problem: Problem): Row {
  const { kind, count, meaning, examples, repairable, repaired } = problem;
  const more = count > examples.length && kind !== "unexpected_key" ? ["..."] : [];
  const suffix = repairable && !repaired ? "; repairable" : "";
  return {
    label: kind,
    count: String(count),
    lines: [
      `${meaning}${suffix}`,
      ...[...examples.map(printable), ...more].map((line) => `  ${line}`),
    ],
  };
}

function doneRows(reading: AcceptedLayout): Row[] {
  return reading.repairs.map(({ kind, count, detail }) => ({
    label: kind,
    count: String(count),
    lines: [printable(detail)],
  }));
}

function block(title: string, rows: Row[]): string {
  if (rows.length === 0) return "";
  const labelWidth = Math.max(...rows.map(({ label }) => label.length));
  const countWidth = Math.max(...rows.map(({ count }) => count.length));
  const indent = " ".repeat(labelWidth + countWidth + 6);
  const texts = rows.map(({ label, count, lines }) => {
    const start = `  ${label.padEnd(labelWidth)}  ${count.padStart(countWidth)}  `;
    return start + lines.join(`\n${indent}`);
  });
  return [title, ...texts].join("\n");
}

function advice(reading: RefusedLayout): string {
  const errors = reading.problems.filter(({ severity }) => severity === "error");
  const stubborn = errors.filter(({ repairable }) => !repairable).map(({ kind }) => kind);
  if (stubborn.length > 0)
    return `Nothing was imported. Only a change of the file helps: ${stubborn.join(", ")}.`;
  if (reading.repair) return "Nothing was imported. The repair did not resolve every error.";
  return "Nothing was imported. Every error can be repaired: run again with --repair.";
}

const SHOWN_MAX = 400;

/**
 * A file's texts may hold anything, also what would steer a terminal; a report shows such
 * characters by number.
 */
function printable(text: string): string {
  const cut = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text;
  return cut.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
