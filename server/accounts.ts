/** What opens an account. */
export interface SignUp {
  readonly email: string;
  readonly password: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly device?: string | null;
}

/** What proves who somebody is. */
export interface SignIn {
  readonly email: string;
  readonly password: string;
  readonly device?: string | null;
}

/** A session that has just begun. Its token is known to nobody else. */
export interface NewSession {
  readonly token: string;
  readonly userId: string;
  readonly expiresAt: string;
}

/** Signs people up and in, for one request. */
export interface Accounts {
  signUp(input: SignUp): Promise<NewSession>;
  signIn(input: SignIn): Promise<NewSession>;
}
