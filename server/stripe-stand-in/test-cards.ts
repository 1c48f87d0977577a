/** How the bank behind a test card refuses. */
export interface Decline {
  code: string;
  declineCode: string | null;
  message: string;
}

/** One of the cards that Stripe documents for test mode. */
export interface TestCard {
  /** The name by which a payment method is asked for, for example `pm_card_visa`. */
  name: string;
  /** Further names of the same card. */
  aliases: readonly string[];
  number: string;
  brand: string;
  country: string;
  funding: "credit" | "debit" | "prepaid";
  /** Whether a payment must be, may be or cannot be authenticated with 3-D Secure. */
  threeDSecure: "required" | "supported" | "unsupported";
  /** One authentication that saves the card suffices for payments without the buyer. */
  authenticatedOnce: boolean;
  decline: Decline | null;
  /** It can be saved, and declines only when it is charged. */
  declinesLater: boolean;
  /** What becomes of a refund: succeeds at once, succeeds later, or seems to and fails later. */
  refund: "succeeds" | "pending" | "fails";
  /** The dispute that follows the payment at once. */
  dispute: { reason: string; inquiry: boolean } | null;
  /** The money skips the two days in which it is pending. */
  availableAtOnce: boolean;
}

function card(
  number: string,
  names: readonly [string, ...string[]],
  rest: Partial<Omit<TestCard, "name" | "aliases" | "number">> = {},
): TestCard {
  const [name, ...aliases] = names;
  return {
    name,
    aliases,
    number,
    brand: "visa",
    country: "US",
    funding: "credit",
    threeDSecure: "supported",
    authenticatedOnce: false,
    decline: null,
    declinesLater: false,
    refund: "succeeds",
    dispute: null,
    availableAtOnce: false,
    ...rest,
  };
}

function declined(declineCode: string, message = "Your card was declined."): Partial<TestCard> {
  return { decline: { code: "card_declined", declineCode, message } };
}

function failed(code: string, message: string): Partial<TestCard> {
  return { decline: { code, declineCode: null, message } };
}

const INSUFFICIENT_FUNDS = declined("insufficient_funds", "Your card has insufficient funds.");
const REQUIRED = { threeDSecure: "required" } as const;

/** The cards by which a caller chooses what happens. Any other number is refused. */
export const TEST_CARDS: readonly TestCard[] = [
  card("4242424242424242", ["pm_card_visa", "pm_card_us"]),
  card("4000056655665556", ["pm_card_visa_debit"], { funding: "debit" }),
  card("5555555555554444", ["pm_card_mastercard"], { brand: "mastercard" }),
  card("2223003122003222", ["pm_card_mastercard_2_series"], { brand: "mastercard" }),
  card("5200828282828210", ["pm_card_mastercard_debit"], { brand: "mastercard", funding: "debit" }),
  card("5105105105105100", ["pm_card_mastercard_prepaid"], {
    brand: "mastercard",
    funding: "prepaid",
  }),
  card("378282246310005", ["pm_card_amex"], { brand: "amex", threeDSecure: "unsupported" }),
  card("6011111111111117", ["pm_card_discover"], { brand: "discover" }),
  card("3056930009020004", ["pm_card_diners"], { brand: "diners" }),
  card("3566002020360505", ["pm_card_jcb"], { brand: "jcb" }),
  card("6200000000000005", ["pm_card_unionpay"], { brand: "unionpay" }),
  card("4000000000000077", ["pm_card_bypassPending"], { availableAtOnce: true }),
  card(
    "4000000000000002",
    ["pm_card_visa_chargeDeclined", "pm_card_chargeDeclined"],
    declined("generic_decline"),
  ),
  card(
    "4000000000009995",
    ["pm_card_visa_chargeDeclinedInsufficientFunds", "pm_card_chargeDeclinedInsufficientFunds"],
    INSUFFICIENT_FUNDS,
  ),
  card(
    "4000000000009987",
    ["pm_card_visa_chargeDeclinedLostCard", "pm_card_chargeDeclinedLostCard"],
    declined("lost_card"),
  ),
  card(
    "4000000000009979",
    ["pm_card_visa_chargeDeclinedStolenCard", "pm_card_chargeDeclinedStolenCard"],
    declined("stolen_card"),
  ),
  card(
    "4000000000006975",
    ["pm_card_visa_chargeDeclinedVelocityLimitExceeded"],
    declined(
      "card_velocity_exceeded",
      "Your card was declined for making repeated attempts too frequently or exceeding its " +
        "amount limit.",
    ),
  ),
  card(
    "4000000000000069",
    ["pm_card_chargeDeclinedExpiredCard"],
    failed("expired_card", "Your card has expired."),
  ),
  card(
    "4000000000000127",
    ["pm_card_chargeDeclinedIncorrectCvc"],
    failed("incorrect_cvc", "Your card's security code is incorrect."),
  ),
  card(
    "4000000000000119",
    ["pm_card_chargeDeclinedProcessingError"],
    failed(
      "processing_error",
      "An error occurred while processing your card. Try again in a little bit.",
    ),
  ),
  card("4000000000000341", ["pm_card_chargeCustomerFail"], {
    ...declined("generic_decline"),
    declinesLater: true,
  }),
  card("4000002760003184", ["pm_card_authenticationRequired"], REQUIRED),
  card("4000002500003155", ["pm_card_authenticationRequiredOnSetup"], {
    ...REQUIRED,
    authenticatedOnce: true,
  }),
  card("4000000000003220", ["pm_card_threeDSecure2Required"], REQUIRED),
  card("4000000000003063", ["pm_card_threeDSecureRequired"], REQUIRED),
  card("4000008260003178", ["pm_card_authenticationRequiredChargeDeclinedInsufficientFunds"], {
    ...INSUFFICIENT_FUNDS,
    ...REQUIRED,
  }),
  card("4000008400001629", ["pm_card_threeDSecureRequiredChargeDeclined"], {
    ...declined("generic_decline"),
    ...REQUIRED,
  }),
  card("4000000000003055", ["pm_card_threeDSecureOptional"]),
  card("4000000000007726", ["pm_card_pendingRefund"], { refund: "pending" }),
  card("4000000000005126", ["pm_card_refundFail"], { refund: "fails" }),
  card("4000000000000259", ["pm_card_createDispute"], {
    dispute: { reason: "fraudulent", inquiry: false },
  }),
  card("4000000000002685", ["pm_card_createDisputeProductNotReceived"], {
    dispute: { reason: "product_not_received", inquiry: false },
  }),
  card("4000000000001976", ["pm_card_createDisputeInquiry"], {
    dispute: { reason: "fraudulent", inquiry: true },
  }),
];

const BY_NAME = new Map(
  TEST_CARDS.flatMap((each) => [each.name, ...each.aliases].map((name) => [name, each] as const)),
);
const BY_NUMBER = new Map(TEST_CARDS.map((each) => [each.number, each]));

/** The test card with this name, such as `pm_card_visa`. */
export function testCardNamed(name: string): TestCard | undefined {
  return BY_NAME.get(name);
}

/** The test card with this number; spaces and hyphens do not matter. */
export function testCardNumbered(number: string): TestCard | undefined {
  return BY_NUMBER.get(digits(number));
}

/** Whether the check digit fits: tells a mistyped number from one that is no test card. */
export function passesLuhn(number: string): boolean {
  const all = digits(number);
  if (!/^\d{12,19}$/.test(all)) return false;
  let sum = 0;
  for (const [index, digit] of [...all].reverse().entries()) {
    const doubled = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function digits(number: string): string {
  return number.replace(/[\s-]/g, "");
}
