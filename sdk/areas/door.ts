import { type LastMinuteLiveError, NotFoundError, errorOf } from "../errors.ts";
import {
  AllowReentryDocument,
  type EntryGateFragment,
  EntryGatesDocument,
  type EntryZoneFragment,
  MergeOfflineScansDocument,
  type MergeOfflineScansMutation,
  RegisterScannerDeviceDocument,
  RevokeScannerDeviceDocument,
  SaveEntryGateDocument,
  SaveEntryZoneDocument,
  ScanListDocument,
  ScanTicketDocument,
  type ScannerDeviceFragment,
  ScannerDevicesDocument,
  type TicketScanFragment,
} from "../generated.ts";
import { type Ref, idOf, optionalIdOf } from "../models.ts";
import type { OfflineScan, SignedScanList } from "../offline.ts";
import { all, NOTHING } from "../pages.ts";
import { type CallOptions, present } from "../transport.ts";
import { AttendeeCalls } from "./attendees.ts";

/** A part of a venue with gates of its own: sections of the plan, and ticket categories by name. */
export type EntryZone = EntryZoneFragment;

/** A door of a venue. */
export type EntryGate = EntryGateFragment;

/** A scanner of the house. */
export type ScannerDevice = ScannerDeviceFragment;

/** What became of an offline scan: `isDouble` when somebody was let in who should not have been. */
export type MergedScan = NonNullable<
  MergeOfflineScansMutation["mergeOfflineScans"]
>["mergedScans"][number];

/** What happened at the door. */
export interface Scan extends TicketScanFragment {
  /** Whether to let them in. */
  readonly admitted: boolean;
  /** Why not: a TicketUsedError, TicketVoidError, TicketForOtherPerformanceError or UnknownTicketError. */
  readonly refusal: LastMinuteLiveError | null;
}

/** For how long what a venue's gates are called is not asked again: they are made before the evening. */
const gatesAreGoodFor = 60_000;

/** Gates, scanners, and letting people in. */
export abstract class DoorCalls extends AttendeeCalls {
  /** The gates of performances, with when and by whom they were asked for: who may not see them sees none. */
  readonly #gates = new Map<
    string,
    {
      readonly askedAt: number;
      readonly token: string | null;
      readonly gates: Promise<readonly EntryGate[]>;
    }
  >();

  /**
   * Says how often a holder who was scanned out may come in again; 0: not at all.
   *
   * @throws NotAllowedError, NotFoundError, InvalidInputError
   */
  async allowReentry(event: Ref, reentryLimit: number, options?: CallOptions): Promise<void> {
    const variables = { eventId: idOf(event), reentryLimit };
    await this.call(AllowReentryDocument, variables, options);
  }

  /**
   * A part of a venue with gates of its own; the same name again changes it.
   *
   * @throws NotAllowedError, NotFoundError, InvalidInputError
   */
  async saveZone(
    venue: Ref,
    zone: {
      readonly name: string;
      readonly sections?: readonly string[] | undefined;
      readonly ticketCategories?: readonly string[] | undefined;
    },
    options?: CallOptions,
  ): Promise<EntryZone> {
    const { name, sections = [], ticketCategories = [] } = zone;
    const input = {
      venueId: idOf(venue),
      name,
      sections: [...sections],
      ticketCategories: [...ticketCategories],
    };
    const data = await this.call(SaveEntryZoneDocument, { input }, options);
    return present(data.saveEntryZone).entryZone;
  }

  /**
   * A door of a venue; the same name again changes it.
   *
   * @throws NotAllowedError, NotFoundError, InvalidInputError
   */
  async saveGate(
    venue: Ref,
    gate: {
      readonly name: string;
      readonly zone?: Ref | undefined;
      readonly closed?: boolean | undefined;
    },
    options?: CallOptions,
  ): Promise<EntryGate> {
    const { name, zone, closed } = gate;
    const zoneId = optionalIdOf(zone);
    const input = { venueId: idOf(venue), name, zoneId, closed };
    const data = await this.call(SaveEntryGateDocument, { input }, options);
    return present(data.saveEntryGate).entryGate;
  }

  /** The doors where a performance takes place that are in use. For staff and scanners. */
  async gates(performance: Ref, options?: CallOptions): Promise<readonly EntryGate[]> {
    const gates = await all(async (after) => {
      const variables = { performanceId: idOf(performance), after };
      const data = await this.call(EntryGatesDocument, variables, options);
      return data.performance?.event?.venue?.entryGates ?? NOTHING;
    });
    return gates.filter(({ closedAt }) => closedAt === null);
  }

  /**
   * Registers a scanner of a venue. Its `deviceToken` is the `token` of its own client, and is shown this
   * once. Not repeated when its answer is lost: revoke what was registered, and register again.
   *
   * @throws NotAllowedError, NotFoundError, InvalidInputError
   */
  async registerScanner(
    venue: Ref,
    scanner: { readonly name: string; readonly gate?: Ref | undefined },
    options?: CallOptions,
  ): Promise<{ readonly deviceId: string; readonly deviceToken: string }> {
    const gateId = optionalIdOf(scanner.gate);
    const input = { venueId: idOf(venue), name: scanner.name, gateId };
    const data = await this.callOnce(RegisterScannerDeviceDocument, { input }, options);
    return present(data.registerScannerDevice).scannerRegistration;
  }

  /** The scanners of a venue, also those that were revoked. */
  async scanners(venue: Ref, options?: CallOptions): Promise<readonly ScannerDevice[]> {
    return await all(async (after) => {
      const variables = { venueId: idOf(venue), after };
      return present((await this.call(ScannerDevicesDocument, variables, options)).scannerDevices);
    });
  }

  /**
   * Makes the token of a scanner worthless at once.
   *
   * @throws NotAllowedError, NotFoundError
   */
  async revokeScanner(scanner: Ref, options?: CallOptions): Promise<ScannerDevice> {
    const variables = { deviceId: idOf(scanner) };
    const data = await this.call(RevokeScannerDeviceDocument, variables, options);
    return present(data.revokeScannerDevice).scannerDevice;
  }

  /**
   * What a registered scanner needs to scan offline: give it to `OfflineDoor.open`.
   *
   * @throws ScannerNeededError, EventNotOnSaleError, NotFoundError, SessionEndedError, NotAllowedError
   */
  async scanList(
    performance: Ref,
    at: { readonly gate?: Ref | undefined } = {},
    options?: CallOptions,
  ): Promise<SignedScanList> {
    const gateId = at.gate === undefined ? null : idOf(at.gate);
    const variables = { performanceId: idOf(performance), gateId };
    return present((await this.call(ScanListDocument, variables, options)).scanList);
  }

  /**
   * Tells the server what a registered scanner did while it was offline, in parts of 1,000, and returns
   * what became of each scan. The same scans again change nothing. A clock of this device that is wrong
   * is corrected by what it shows now.
   *
   * @throws ScannerNeededError, NotFoundError, InvalidInputError, SessionEndedError, NotAllowedError
   */
  async mergeOfflineScans(
    performance: Ref,
    scans: readonly OfflineScan[],
    options?: CallOptions,
  ): Promise<readonly MergedScan[]> {
    const merged: MergedScan[] = [];
    for (let at = 0; at < scans.length; at += 1_000) {
      const part = scans.slice(at, at + 1_000).map((scan) => ({
        scan_id: scan.scanId,
        credential_hash: scan.credentialHash,
        direction: scan.direction,
        scanned_at: scan.scannedAt,
        result: scan.result,
        gate_id: scan.gateId,
      }));
      const deviceTime = new Date().toISOString();
      const variables = { performanceId: idOf(performance), scans: part, deviceTime };
      const data = await this.call(MergeOfflineScansDocument, variables, options);
      merged.push(...present(data.mergeOfflineScans).mergedScans);
    }
    return merged;
  }

  /**
   * Lets the holder of a QR code in, or out with `direction`. For staff, and for a client whose `token`
   * is a registered scanner's. `gate` is the name of the gate where they stand, looked up among the venue's {@link gates} at most
   * once a minute; at a venue that has none it is noted. `gateId` names it without a look. A refusal is an answer, not an exception: see `admitted`
   * and `refusal`. Not repeated when its answer is lost, because the ticket may have been used by
   * the first attempt: scan again and look at who was admitted when.
   *
   * @throws NotAllowedError, NotFoundError, NotSignedInError, SessionEndedError, InvalidInputError
   */
  async scan(
    performance: Ref,
    credential: string,
    at: {
      readonly gate?: string | undefined;
      readonly device?: string | undefined;
      readonly gateId?: string | undefined;
      readonly direction?: "in" | "out" | undefined;
    } = {},
    options?: CallOptions,
  ): Promise<Scan> {
    const gateId = at.gateId ?? (await this.#gateIdOf(idOf(performance), at.gate, options));
    const input = { performanceId: idOf(performance), credential, ...at, gateId };
    const data = await this.callOnce(ScanTicketDocument, { input }, options);
    const scan = present(data.scanTicket).ticketScan;
    const { code, result } = scan;
    const admitted = result === "success";
    const refusal = admitted ? null : refusalOf(code ?? "UNKNOWN", result);
    return { ...scan, admitted, refusal };
  }

  /** The gate of that name; undefined where no gate has a name. A misspelled one would check nobody's zone. */
  async #gateIdOf(
    performanceId: string,
    name: string | undefined,
    options?: CallOptions,
  ): Promise<string | undefined> {
    if (name === undefined) return undefined;
    let known = this.#gates.get(performanceId);
    if (
      known === undefined ||
      known.token !== this.token ||
      Date.now() - known.askedAt > gatesAreGoodFor
    ) {
      const gates = this.gates(performanceId, options);
      known = { askedAt: Date.now(), token: this.token, gates };
      this.#gates.set(performanceId, known);
      known.gates.catch(() => this.#gates.delete(performanceId));
    }
    const gates = await known.gates;
    const gate = gates.find((each) => each.name === name);
    if (gate !== undefined || gates.length === 0) return gate?.id;
    // Perhaps it was made a moment ago.
    this.#gates.delete(performanceId);
    throw new NotFoundError("There is no such gate at this venue, or it is closed.", {
      code: "LMNFD",
      detail: name,
      hint: `Its gates are ${gates.map((each) => each.name).join(", ")}.`,
    });
  }
}

/** What a person at the door is told, by the code of a scan. */
const refusals: ReadonlyMap<string, readonly [message: string, hint: string]> = new Map([
  ["LMTUS", ["This ticket was used.", "Look at its scans."]],
  ["LMTVD", ["This ticket was canceled or refunded.", "Refuse entry."]],
  ["LMTFO", ["This ticket is for another performance.", "Send the guest to the right one."]],
  ["LMTUK", ["Nobody here knows this code.", "Refuse entry."]],
  ["LMTWG", ["This ticket is for another gate.", "Send the guest to the right one."]],
  ["LMTPD", ["This performance is postponed.", "The ticket stays good: ask for the new day."]],
  ["LMTEX", ["What this ticket is for is over.", "Refuse entry."]],
  ["LMTRP", ["This code was replaced by another one.", "Ask for the new code."]],
  ["LMTNI", ["Nobody is inside with this ticket.", "Look at its scans."]],
  ["LMTDP", ["The payment of this ticket is disputed.", "Send the guest to the box office."]],
]);

function refusalOf(code: string, result: string): LastMinuteLiveError {
  const [message, hint] = refusals.get(code) ?? [
    `Not admitted: ${result.replaceAll("_", " ")}.`,
    "Refuse entry.",
  ];
  return errorOf(message, { code, hint });
}
