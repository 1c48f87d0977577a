import { access, context, sideEffect, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { Accounts, SignIn, SignUp } from "../accounts.ts";

declare global {
  namespace Grafast {
    interface Context {
      /** What signs people up and in, for this request. */
      readonly accounts: Accounts;
    }
  }
}

/** `signUp` and `signIn`: hashing a password is the server's work, everything else the database's. */
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
        LMLCK when the account is closed, or locked after ten wrong passwords in a row.
        """
        signIn(input: SignInInput!): SignInPayload
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
          signUp: (_$root, fieldArgs) => {
            const $input: Step<SignUp> = fieldArgs.getRaw("input");
            return sideEffect([context().get("accounts"), $input], ([accounts, input]) =>
              accounts.signUp(input),
            );
          },
          signIn: (_$root, fieldArgs) => {
            const $input: Step<SignIn> = fieldArgs.getRaw("input");
            return sideEffect([context().get("accounts"), $input], ([accounts, input]) =>
              accounts.signIn(input),
            );
          },
        },
      },
      SignUpPayload: { plans: payload },
      SignInPayload: { plans: payload },
    },
  };
}, "LmlAccountsPlugin");
