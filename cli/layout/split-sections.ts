import type { Changed, LayoutChange } from "./changes.ts";
import type { Draft, DraftRow, DraftSection } from "./draft.ts";

/**
 * Splits each section that repeats a row label into blocks, in file order: a block ends where its
 * next row would repeat a label. No row or seat is renamed or moved; the blocks are named after the
 * section and numbered from 1, leaving out numbers that would give a name another section has.
 */
export function splitSections(draft: Draft): Changed<Draft> {
  const taken = new Set(draft.sections.flatMap(({ name }) => name ?? []));
  const changes: LayoutChange[] = [];
  const sections = draft.sections.flatMap((section) => {
    const blocks = blocksOf(section.rows);
    if (blocks.length < 2 || section.name === undefined) return [section];
    const named = nameBlocks(section.name, blocks, taken);
    changes.push({
      kind: "section_split",
      count: named.length,
      detail: `${section.name} became ${named.map(({ name }) => name).join(", ")}`,
    });
    return named;
  });
  return { draft: { ...draft, sections }, changes };
}

function blocksOf(rows: DraftRow[]): DraftRow[][] {
  const blocks: DraftRow[][] = [];
  let labels = new Set<string>();
  for (const row of rows) {
    const repeats = row.name !== undefined && labels.has(row.name);
    if (repeats) labels = new Set();
    if (row.name !== undefined) labels.add(row.name);
    const current = blocks.at(-1);
    if (current === undefined || repeats) blocks.push([row]);
    else current.push(row);
  }
  return blocks;
}

function nameBlocks(name: string, blocks: DraftRow[][], taken: Set<string>): DraftSection[] {
  let number = 0;
  return blocks.map((rows) => {
    do number += 1;
    while (taken.has(`${name} ${number}`));
    taken.add(`${name} ${number}`);
    return { name: `${name} ${number}`, rows };
  });
}
