import { z } from "zod";
import { isSigned, randomUuid, sha256Hex } from "./crypto.ts";
import { UsageError } from "./errors.ts";

/** A list of good codes as the server signed it. Keep it as it is. */
export interface SignedScanList {
  readonly document: string;
  readonly signature: string;
}

/** What a scanner says by itself. */
export type OfflineResult = "success" | "already_scanned" | "invalid" | "expired" | "wrong_gate";

/** A scan that the server does not know of yet. Keep it until it was merged. */
export interface OfflineScan {
  readonly scanId: string;
  readonly credentialHash: string;
  readonly direction: "in" | "out";
  readonly scannedAt: string;
  readonly result: OfflineResult;
  readonly gateId: string | null;
}

/** What an offline scan says to whoever stands at the door. */
export interface OfflineAnswer {
  readonly result: OfflineResult;
  /** Whether to let them through. */
  readonly admitted: boolean;
  /** Section, row and number; empty when unknown. */
  readonly seat: string;
}

const listSchema = z.object({
  format: z.literal("lml-scan-list/1"),
  performance_id: z.uuid(),
  gate_id: z.uuid().nullable(),
  closes_at: z.string(),
  reentry_limit: z.int(),
  tickets: z.array(z.tuple([z.string(), z.string(), z.boolean(), z.int(), z.boolean()])),
});

interface State {
  readonly seat: string;
  readonly mayEnter: boolean;
  entries: number;
  isInside: boolean;
}

/**
 * A door without a connection: lets in whom its list knows, once, and remembers everybody for later. Two scanners that
 * are both offline do not know of each other: what they let in twice, merging tells.
 */
export class OfflineDoor {
  /** For which performance. */
  readonly performanceId: string;
  readonly #gateId: string | null;
  readonly #closesAt: number;
  readonly #reentryLimit: number;
  readonly #states: Map<string, State>;
  #pending: OfflineScan[] = [];

  private constructor(list: z.infer<typeof listSchema>) {
    this.performanceId = list.performance_id;
    this.#gateId = list.gate_id;
    this.#closesAt = Date.parse(list.closes_at);
    this.#reentryLimit = list.reentry_limit;
    this.#states = new Map(
      list.tickets.map(([hash, seat, mayEnter, entries, isInside]) => [
        hash,
        { seat, mayEnter, entries, isInside },
      ]),
    );
  }

  /**
   * Opens a door with a list, and with the scans that were made with it before and not merged.
   *
   * @throws UsageError when the list is not what the server signed for this scanner
   */
  static async open(
    { document, signature }: SignedScanList,
    token: string,
    pending: readonly OfflineScan[] = [],
  ): Promise<OfflineDoor> {
    if (!(await isSigned(document, signature, token))) {
      throw new UsageError("This list was changed, or is for another scanner: fetch it again.", {
        code: "USAGE",
      });
    }
    const door = new OfflineDoor(listSchema.parse(JSON.parse(document)));
    for (const scan of pending) door.#remember(scan);
    return door;
  }

  /** What is to be merged, the oldest first. Store it after every scan: it is all there is. */
  get pending(): readonly OfflineScan[] {
    return this.#pending;
  }

  /** Decides about one code, and remembers it. */
  async scan(credential: string, direction: "in" | "out" = "in"): Promise<OfflineAnswer> {
    const credentialHash = await sha256Hex(credential);
    const state = this.#states.get(credentialHash);
    const result = this.#decide(state, direction);
    this.#remember({
      scanId: randomUuid(),
      credentialHash,
      direction,
      scannedAt: new Date().toISOString(),
      result,
      gateId: this.#gateId,
    });
    return { result, admitted: result === "success", seat: state?.seat ?? "" };
  }

  /** Forgets what was merged. */
  forget(merged: readonly { readonly scanId: string }[]): void {
    const ids = new Set(merged.map(({ scanId }) => scanId));
    this.#pending = this.#pending.filter(({ scanId }) => !ids.has(scanId));
  }

  #decide(state: State | undefined, direction: "in" | "out"): OfflineResult {
    if (state === undefined) return "invalid";
    if (direction === "out") return state.isInside ? "success" : "invalid";
    if (Date.now() > this.#closesAt) return "expired";
    if (!state.mayEnter) return "wrong_gate";
    const mayComeBack = !state.isInside && state.entries <= this.#reentryLimit;
    return state.entries === 0 || mayComeBack ? "success" : "already_scanned";
  }

  #remember(scan: OfflineScan): void {
    this.#pending.push(scan);
    const state = this.#states.get(scan.credentialHash);
    if (state === undefined || scan.result !== "success") return;
    if (scan.direction === "in") state.entries += 1;
    state.isInside = scan.direction === "in";
  }
}
