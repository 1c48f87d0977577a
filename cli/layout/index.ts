export { canonicalText, roundCoordinate } from "./canonical.ts";
export type { LayoutChange } from "./changes.ts";
export type {
  LayoutArea,
  LayoutCategory,
  LayoutDocument,
  LayoutRow,
  LayoutSeat,
  LayoutSection,
  SeatedSection,
  SeatFeature,
  StandingSection,
} from "./document.ts";
export type { LayoutCounts, SourceFormat } from "./draft.ts";
export { LAYOUT_LIMITS } from "./limits.ts";
export type { Problem, ProblemKind } from "./problems.ts";
export {
  type AcceptedLayout,
  type LayoutReading,
  readLayout,
  type ReadLayoutOptions,
  type RefusedLayout,
} from "./read.ts";
export { formatLayoutReport } from "./report.ts";
export { LAYOUT_EXPORTS, type LayoutExport, writeLayout } from "./write.ts";
export { seatIdOf } from "./seat-id.ts";
