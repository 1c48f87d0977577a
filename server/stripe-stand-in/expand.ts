import { renderBalanceTransaction } from "./balance.ts";
import { invalidRequest } from "./errors.ts";
import { listPage } from "./lists.ts";
import { renderDispute, renderPayout, renderTransfer } from "./render.ts";
import type { Transaction } from "./transaction.ts";

type Json = Record<string, unknown>;

const DEPTH_MAX = 4;

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object behind an id; its prefix tells the kind. */
function find(tx: Transaction, id: string): object | undefined {
  switch (id.split("_", 1)[0]) {
    case "acct":
      return tx.get("account", id);
    case "ch":
      return tx.get("charge", id);
    case "cus":
      return tx.get("customer", id);
    case "dp": {
      const dispute = tx.get("dispute", id);
      return dispute && renderDispute(tx, dispute);
    }
    case "pi":
      return tx.get("payment_intent", id);
    case "pm":
      return tx.get("payment_method", id);
    case "po": {
      const payout = tx.get("payout", id);
      return payout && renderPayout(payout);
    }
    case "re":
      return tx.get("refund", id);
    case "tr": {
      const transfer = tx.get("transfer", id);
      return transfer && renderTransfer(tx, transfer);
    }
    case "trr":
      return tx.get("transfer_reversal", id);
    case "seti":
      return tx.get("setup_intent", id);
    case "txn": {
      const transaction = tx.get("balance_transaction", id);
      return transaction && renderBalanceTransaction(tx, transaction);
    }
    default:
      return undefined;
  }
}

function refundsOf(tx: Transaction, charge: Json): object {
  const refunds = tx.newestFirst("refund").filter((refund) => refund.charge === charge["id"]);
  return listPage(`/v1/charges/${String(charge["id"])}/refunds`, refunds, {});
}

function expandStep(tx: Transaction, value: unknown, steps: readonly string[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => expandStep(tx, item, steps));
  if (!isJson(value)) throw cannotExpand(step);
  if (step === "refunds" && value["object"] === "charge") {
    return { ...value, refunds: expandStep(tx, value["refunds"] ?? refundsOf(tx, value), rest) };
  }
  const inner = value[step];
  if (inner === undefined) throw cannotExpand(step);
  const found = typeof inner === "string" ? find(tx, inner) : inner;
  if (found === undefined || (typeof found !== "object" && found !== null))
    throw cannotExpand(step);
  return { ...value, [step]: expandStep(tx, found, rest) };
}

function cannotExpand(step: string): Error {
  return invalidRequest(`This property cannot be expanded (${step}).`, { param: "expand" });
}

/** A copy of the object with the references on these paths replaced by what they refer to. */
export function expand(tx: Transaction, object: object, paths: readonly string[] = []): object {
  return paths.reduce<object>((expanded, path) => {
    const steps = path.split(".");
    if (steps.length > DEPTH_MAX) {
      throw invalidRequest(`You cannot expand more than ${DEPTH_MAX} levels of a property`, {
        param: "expand",
      });
    }
    return expandStep(tx, expanded, steps) as object;
  }, object);
}
