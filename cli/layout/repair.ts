import type { Changed } from "./changes.ts";
import { deriveIdentities } from "./derive-identities.ts";
import type { Draft } from "./draft.ts";
import { splitSections } from "./split-sections.ts";

/**
 * Repairs what has one obvious answer and leaves the rest for the checks to refuse. Sections are
 * split first, because derived identities contain the section's name.
 */
export function repairDraft(draft: Draft): Changed<Draft> {
  const split = splitSections(draft);
  const derived = deriveIdentities(split.draft);
  return { draft: derived.draft, changes: [...split.changes, ...derived.changes] };
}
