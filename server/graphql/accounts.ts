import { access, context, sideEffect, type FieldArgs, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { Accounts } from "../accounts.ts";

declare global {
  namespace Grafast {
    interface Context {
      /** What signs people up and in, for this request. */
      readonly accounts: Accounts;
    }
  }
}

/** The methods of `Accounts` that a mutation of their name is carried out by. */
type AccountMutation = {
  [Name in keyof Accounts]: Accounts[Name] extends (input: never) => Promise<unknown>
    ? Name
    : never;
}[keyof Accounts];

/** Carries out a mutation by the method of its name, given the mutation's input. */
function plan(name: AccountMutation) {
  return (_$root: Step, fieldArgs: FieldArgs): Step =>
    sideEffect([context().get("accounts"), fieldArgs.getRaw("input")], ([accounts, input]) => {
      // The schema above says what the input is; GraphQL has checked that.
      const method: (this: Accounts, input: never) => Promise<unknown> = accounts[name];
      return method.call(accounts, input as never);
    });
}

/** What the server has a part in, because a password is hashed or a token made; everything else is the database's. */
export const AccountsPlugin: GraphileConfig.Plugin = extendSchema((build) => {
  const { users } = build.input.pgRegistry.pgResources;
  if (users === undefined) throw new Error("There is no table of users.");
  const payload = {
    token: ($session: Step) => access($session, "token"),
    expiresAt: ($session: Step) => access($session, "expiresAt"),
    user: ($session: Step) => users.get({ id: access<string>($session, "userId") }),
  };
  return {
    typeDefs: gql`
      extend type Mutation {
        """
        Asks for an account. Always true: what comes of it is mailed, a token for completeSignUp, or that
        the address has an account. Raises LMINP for a bad address or name, LMPWD for a password that is
        not of 10 to 256 characters or would be guessed, LMRTE.
        """
        signUp(input: SignUpInput!): Boolean!
        """
        Opens the account that was asked for, and signs in. Raises LMTOK for a token that is not good,
        LMCRD when the password is not the one that was chosen, LMRTE.
        """
        completeSignUp(input: CompleteSignUpInput!): SignInPayload
        """
        Signs in for 30 days. Raises LMCRD when there is no account with this address and password,
        and for a quarter of an hour after ten wrong ones in a row; LMTFA when the account needs a code,
        LMTFC when that is wrong; LMLCK when it is suspended; LMRTE after too many failures at one address.
        """
        signIn(input: SignInInput!): SignInPayload
        "Gives the session another token and 30 more days; the old token is dead. Raises LMAUT, LMSES."
        refreshSession: SignInPayload
        """
        Sets an authenticator app up. Nothing changes until confirmTwoFactor. Raises LMCRD, LMTFE, LMTFU,
        LMIMP.
        """
        enrollTwoFactor(input: EnrollTwoFactorInput!): TwoFactorEnrollment
        """
        From now on signing in takes a code. Returns ten recovery codes, which are shown once. Raises LMTFC,
        LMTFE, LMIMP.
        """
        confirmTwoFactor(input: ConfirmTwoFactorInput!): [String!]
        "Signing in takes the password alone again. Raises LMCRD, LMTFA, LMTFC, LMIMP."
        removeTwoFactor(input: RemoveTwoFactorInput!): Boolean!
        "Mails another token that proves the user's address. Raises LMAUT, LMSES."
        requestEmailVerification: Boolean!
        "Proves an address with the token that was mailed to it. Raises LMTOK, LMRTE."
        verifyEmail(input: VerifyEmailInput!): VerifyEmailPayload
        """
        Makes the address that the token was mailed to the account's, and tells the old one. Raises LMTOK,
        LMRTE.
        """
        confirmEmailChange(input: ConfirmEmailChangeInput!): ConfirmEmailChangePayload
        """
        Lets the platform's support act in somebody's name for an hour. It is recorded, and the person is
        mailed. Raises LMCRD, LMRGT, LMNFD, LMSTF for staff, LMLCK, LMINP, LMIMP.
        """
        startImpersonation(input: StartImpersonationInput!): SignInPayload
        "Mails a token for a new password to the address if it has an account. Always true."
        requestPasswordReset(input: RequestPasswordResetInput!): Boolean!
        "Sets a new password with a mailed token, and ends all sessions. Raises LMTOK, LMPWD."
        resetPassword(input: ResetPasswordInput!): Boolean!
        "Sets a new password, and ends the user's other sessions. Raises LMCRD, LMPWD, LMAUT, LMIMP."
        changePassword(input: ChangePasswordInput!): Boolean!
        "Mails a token to a new address; confirmEmailChange takes it. Raises LMCRD, LMINP, LMIMP."
        requestEmailChange(input: RequestEmailChangeInput!): Boolean!
        """
        Closes the account for good. Raises LMCRD, LMOPN while money is on its way, LMOWN for the last
        owner of an organization, LMIMP.
        """
        closeAccount(input: CloseAccountInput!): Boolean!
        """
        Closes the account for good, and has everything about the person forgotten: the books stay, without
        a name. Raises LMCRD, LMOPN while money is on its way, LMOWN for the last owner of an organization,
        LMIMP.
        """
        requestErasure(input: RequestErasureInput!): Boolean!
      }
      "What proves that it is the owner who adds a second factor."
      input EnrollTwoFactorInput {
        "The account's password."
        currentPassword: String!
      }
      "What an authenticator app is set up with."
      type TwoFactorEnrollment {
        "For a QR code: otpauth://totp/..."
        uri: String!
        "For typing it in, in base32."
        secret: String!
      }
      "The first code of an app."
      input ConfirmTwoFactorInput {
        "Six digits."
        code: String!
      }
      "What proves that it is the owner who removes the second factor."
      input RemoveTwoFactorInput {
        "The account's password."
        currentPassword: String!
        "Six digits of the app."
        code: String
        "Instead of a code, when the telephone is lost."
        recoveryCode: String
      }
      "Who wants a new password."
      input RequestPasswordResetInput {
        "The account's address."
        email: String!
      }
      "A new password, and what proves that it is its owner's."
      input ResetPasswordInput {
        "The token that was mailed."
        token: String!
        "10 to 256 characters."
        password: String!
      }
      "A new password."
      input ChangePasswordInput {
        "The present one."
        currentPassword: String!
        "10 to 256 characters."
        newPassword: String!
      }
      "A new address."
      input RequestEmailChangeInput {
        "Where the token is mailed."
        email: String!
        "The account's password."
        currentPassword: String!
      }
      "What proves that it is the owner who leaves."
      input CloseAccountInput {
        "The account's password."
        currentPassword: String!
      }
      "What proves that it is the person who is to be forgotten."
      input RequestErasureInput {
        "The account's password."
        currentPassword: String!
      }
      "A token that was mailed."
      input VerifyEmailInput {
        "The token."
        token: String!
      }
      "Whether the address is proven."
      type VerifyEmailPayload {
        "Always true."
        verified: Boolean!
      }
      "A token that was mailed."
      input ConfirmEmailChangeInput {
        "The token."
        token: String!
      }
      "Whether the account has another address."
      type ConfirmEmailChangePayload {
        "Always true."
        changed: Boolean!
      }
      "In whose name, why, and what proves that it is staff."
      input StartImpersonationInput {
        "In whose name."
        userId: UUID!
        "Why, in 10 to 2000 characters; the person is told."
        reason: String!
        "The caller's own password."
        currentPassword: String!
      }
      "What asks for an account."
      input SignUpInput {
        "Where mail reaches the person; unique whatever its case."
        email: String!
        "10 to 256 characters."
        password: String!
        "Given name."
        firstName: String!
        "Family name."
        lastName: String!
      }
      "What opens the account that was asked for."
      input CompleteSignUpInput {
        "The token that was mailed."
        token: String!
        "The password that was chosen."
        password: String!
        "What the client calls its device, for the list of sessions."
        device: String
      }
      "What proves who somebody is."
      input SignInInput {
        "The account's address."
        email: String!
        "The account's password."
        password: String!
        "What the client calls its device, for the list of sessions."
        device: String
        "Six digits of the app, for users with a second factor."
        code: String
        "Instead of a code, when the telephone is lost."
        recoveryCode: String
        "Instead of a code, on a device that is trusted."
        deviceToken: String
        "Whether no code is to be asked for on this device, for 30 days."
        trustDevice: Boolean
      }
      "A new session."
      type SignInPayload {
        "Send it as 'Authorization: Bearer TOKEN'. It cannot be shown again."
        token: String!
        "When the session ends by itself."
        expiresAt: Datetime!
        "Who signed in, or in whose name staff acts."
        user: User!
        "What this device sends instead of a code; null unless trustDevice was asked for, and a code given."
        deviceToken: String
      }
    `,
    objects: {
      Mutation: {
        plans: {
          signUp: plan("signUp"),
          completeSignUp: plan("completeSignUp"),
          verifyEmail: plan("verifyEmail"),
          confirmEmailChange: plan("confirmEmailChange"),
          startImpersonation: plan("startImpersonation"),
          signIn: plan("signIn"),
          enrollTwoFactor: plan("enrollTwoFactor"),
          confirmTwoFactor: plan("confirmTwoFactor"),
          removeTwoFactor: plan("removeTwoFactor"),
          requestPasswordReset: plan("requestPasswordReset"),
          resetPassword: plan("resetPassword"),
          changePassword: plan("changePassword"),
          requestEmailChange: plan("requestEmailChange"),
          closeAccount: plan("closeAccount"),
          requestErasure: plan("requestErasure"),
          refreshSession: () =>
            sideEffect(context().get("accounts"), (accounts) => accounts.refreshSession()),
          requestEmailVerification: () =>
            sideEffect(context().get("accounts"), (accounts) =>
              accounts.requestEmailVerification(),
            ),
        },
      },
      SignInPayload: {
        plans: { ...payload, deviceToken: ($session: Step) => access($session, "deviceToken") },
      },
    },
  };
}, "LmlAccountsPlugin");
