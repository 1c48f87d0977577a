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

/** Carries out a mutation with one of the methods of `Accounts`, given the mutation's input. */
function plan<Input>(run: (accounts: Accounts, input: Input) => Promise<unknown>) {
  return (_$root: Step, fieldArgs: FieldArgs): Step => {
    const $input: Step<Input> = fieldArgs.getRaw("input");
    return sideEffect([context().get("accounts"), $input], ([accounts, input]) =>
      run(accounts, input),
    );
  };
}

/** What needs the server's own work, mostly because a password is hashed or a token made: hashing a password is the server's work, everything else the database's. */
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
        Opens an account and signs in. Raises LMEML when the address has an account, LMINP for a bad
        address or name, LMPWD unless the password has 10 to 256 characters.
        """
        signUp(input: SignUpInput!): SignUpPayload
        """
        Signs in for 30 days. Raises LMCRD when there is no account with this address and password,
        and for a quarter of an hour after ten wrong ones in a row; LMTFA when the account needs a code,
        LMTFC when that is wrong; LMLCK when it is suspended.
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
      "What opens an account."
      input SignUpInput {
        "Where mail reaches the person; unique whatever its case."
        email: String!
        "10 to 256 characters."
        password: String!
        "Given name."
        firstName: String!
        "Family name."
        lastName: String!
        "What the client calls its device, for the list of sessions."
        device: String
      }
      "A new account with its first session."
      type SignUpPayload {
        "Send it as 'Authorization: Bearer TOKEN'. It cannot be shown again."
        token: String!
        "When the session ends by itself."
        expiresAt: Datetime!
        "The new user."
        user: User!
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
      }
      "A new session."
      type SignInPayload {
        "Send it as 'Authorization: Bearer TOKEN'. It cannot be shown again."
        token: String!
        "When the session ends by itself."
        expiresAt: Datetime!
        "Who signed in."
        user: User!
      }
    `,
    objects: {
      Mutation: {
        plans: {
          signUp: plan((accounts, input: Parameters<Accounts["signUp"]>[0]) =>
            accounts.signUp(input),
          ),
          signIn: plan((accounts, input: Parameters<Accounts["signIn"]>[0]) =>
            accounts.signIn(input),
          ),
          refreshSession: () =>
            sideEffect(context().get("accounts"), (accounts) => accounts.refreshSession()),
          enrollTwoFactor: plan((accounts, input: Parameters<Accounts["enrollTwoFactor"]>[0]) =>
            accounts.enrollTwoFactor(input),
          ),
          confirmTwoFactor: plan((accounts, input: Parameters<Accounts["confirmTwoFactor"]>[0]) =>
            accounts.confirmTwoFactor(input),
          ),
          removeTwoFactor: plan((accounts, input: Parameters<Accounts["removeTwoFactor"]>[0]) =>
            accounts.removeTwoFactor(input),
          ),
          requestEmailVerification: () =>
            sideEffect(context().get("accounts"), (accounts) =>
              accounts.requestEmailVerification(),
            ),
          requestPasswordReset: plan(
            (accounts, input: Parameters<Accounts["requestPasswordReset"]>[0]) =>
              accounts.requestPasswordReset(input),
          ),
          resetPassword: plan((accounts, input: Parameters<Accounts["resetPassword"]>[0]) =>
            accounts.resetPassword(input),
          ),
          changePassword: plan((accounts, input: Parameters<Accounts["changePassword"]>[0]) =>
            accounts.changePassword(input),
          ),
          requestEmailChange: plan(
            (accounts, input: Parameters<Accounts["requestEmailChange"]>[0]) =>
              accounts.requestEmailChange(input),
          ),
          closeAccount: plan((accounts, input: Parameters<Accounts["closeAccount"]>[0]) =>
            accounts.closeAccount(input),
          ),
        },
      },
      SignUpPayload: { plans: payload },
      SignInPayload: { plans: payload },
    },
  };
}, "LmlAccountsPlugin");
