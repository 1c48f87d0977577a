import {
  ConfirmGuestConsentDocument,
  type ConsentFragment,
  type ConsentPurpose,
  CurrentConsentsDocument,
  type CustomerFragment,
  EraseCustomerDocument,
  ExportCustomerDataDocument,
  ExportMyDataDocument,
  GiveConsentDocument,
  RecordCustomerConsentDocument,
  type RecordCustomerConsentInput,
  RequestErasureDocument,
  RequestGuestConsentDocument,
  UpdateCustomerDocument,
  type UpdateCustomerInput,
  WithdrawConsentDocument,
} from "../generated.ts";
import { type Ref, idOf } from "../models.ts";
import { all } from "../pages.ts";
import { type CallOptions, present } from "../transport.ts";
import { AccountCalls } from "./account.ts";

/** What somebody said about a purpose: given, or withdrawn. */
export type Consent = ConsentFragment;

/** What an organization knows of somebody who buys from it. */
export type Customer = CustomerFragment;

/** What is stored about a person, and what they agreed to. */
export abstract class PrivacyCalls extends AccountCalls {
  /**
   * Closes the account for good, and has everything about the person forgotten. The books stay, without a name.
   *
   * @throws WrongCredentialsError, MoneyOnItsWayError, LastOwnerError, NotSignedInError, SessionEndedError,
   * ImpersonationError
   */
  async requestErasure(
    input: { readonly currentPassword: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.callOnce(RequestErasureDocument, { input }, options);
    this.endSession();
  }

  /**
   * Everything that is stored about the user: one document, with a list for each kind of thing.
   *
   * @throws NotSignedInError, SessionEndedError, ImpersonationError
   */
  async exportMyData(options?: CallOptions): Promise<unknown> {
    const data = await this.call(ExportMyDataDocument, {}, options);
    return present(data.exportMyData?.data ?? null);
  }

  /**
   * Agrees to a purpose, in the wording that was shown.
   *
   * @throws InvalidInputError, NotFoundError, NotSignedInError, SessionEndedError, ImpersonationError
   */
  async giveConsent(
    input: {
      readonly purpose: ConsentPurpose;
      readonly wordingVersion: string;
      /** To whom; the platform without one. */
      readonly organizationId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<Consent> {
    const data = await this.call(GiveConsentDocument, { input }, options);
    return present(data.giveConsent?.consent ?? null);
  }

  /**
   * Takes a consent back, or objects to what was never agreed to.
   *
   * @throws NotSignedInError, SessionEndedError, ImpersonationError, NotFoundError
   */
  async withdrawConsent(
    input: {
      readonly purpose: ConsentPurpose;
      readonly organizationId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<Consent> {
    const data = await this.call(WithdrawConsentDocument, { input }, options);
    return present(data.withdrawConsent?.consent ?? null);
  }

  /**
   * Agrees to mail of an organization for an address without an account, or withdraws that. It counts once
   * `confirmGuestConsent` has the token that is mailed there; a guest gets a `cartToken`.
   *
   * @throws InvalidInputError, NotFoundError, SessionEndedError, ImpersonationError
   */
  async requestGuestConsent(
    input: {
      readonly organizationId: string;
      readonly email: string;
      readonly purpose: "marketing" | "newsletter";
      readonly isGiven: boolean;
      readonly wordingVersion: string;
    },
    options?: CallOptions,
  ): Promise<void> {
    this.needCart();
    await this.call(RequestGuestConsentDocument, { input }, options);
  }

  /**
   * Makes what was asked for count, with the token that was mailed. Returns whether consent is in force now.
   *
   * @throws MailedTokenError
   */
  async confirmGuestConsent(token: string, options?: CallOptions): Promise<boolean> {
    const data = await this.callOnce(ConfirmGuestConsentDocument, { token }, options);
    return present(data.confirmGuestConsent?.result ?? null);
  }

  /** What the user said last about each purpose. */
  async currentConsents(options?: CallOptions): Promise<readonly Consent[]> {
    return await all(async (after) =>
      present((await this.call(CurrentConsentsDocument, { after }, options)).currentConsents),
    );
  }

  /**
   * Changes what an organization knows of a customer: what is not given stays, an empty text removes a value. For the
   * customer, and for members who may.
   *
   * @throws NotFoundError, InvalidInputError, NotSignedInError, SessionEndedError
   */
  async updateCustomer(
    customer: Ref,
    changes: Omit<UpdateCustomerInput, "customerId" | "clientMutationId">,
    options?: CallOptions,
  ): Promise<Customer> {
    const variables = { input: { ...changes, customerId: idOf(customer) } };
    const data = await this.call(UpdateCustomerDocument, variables, options);
    return present(data.updateCustomer).customer;
  }

  /**
   * Writes down what a customer said by telephone, letter or on paper. Needs `privacy.manage`. Not repeated when its answer is
   * lost.
   *
   * @throws InvalidInputError, NotFoundError, NotAllowedError, ImpersonationError
   */
  async recordCustomerConsent(
    customer: Ref,
    consent: Omit<RecordCustomerConsentInput, "customerId" | "clientMutationId">,
    options?: CallOptions,
  ): Promise<Consent> {
    const variables = { input: { ...consent, customerId: idOf(customer) } };
    const data = await this.callOnce(RecordCustomerConsentDocument, variables, options);
    return present(data.recordCustomerConsent).consent;
  }

  /**
   * Everything that an organization has stored about one of its customers. Needs `privacy.manage`.
   *
   * @throws NotFoundError, NotAllowedError, ImpersonationError
   */
  async exportCustomerData(customer: Ref, options?: CallOptions): Promise<unknown> {
    const variables = { input: { customerId: idOf(customer) } };
    const data = await this.call(ExportCustomerDataDocument, variables, options);
    return present(data.exportCustomerData).data;
  }

  /**
   * Forgets who a customer is: the books stay, the person goes. Needs `privacy.manage`.
   *
   * @throws MoneyOnItsWayError, NotFoundError, NotAllowedError, ImpersonationError
   */
  async eraseCustomer(customer: Ref, options?: CallOptions): Promise<void> {
    await this.callOnce(EraseCustomerDocument, { input: { customerId: idOf(customer) } }, options);
  }
}
