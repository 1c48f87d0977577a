import type { Database } from "./database.ts";
import type { RequestSettings } from "./graphql/identity.ts";
import { newToken } from "./tokens.ts";

/** Whom to invite. */
export interface InviteMember {
  readonly organizationId: string;
  readonly email: string;
  readonly role: string;
}

/** Which invitation to send again. */
export interface ResendInvitation {
  readonly invitationId: string;
}

/**
 * Invites people to work for an organization, for one request. The server makes the token, which goes into the mail and
 * to nobody else; the database decides who may invite whom.
 */
export class Invitations {
  readonly #database: Database;
  readonly #settings: RequestSettings;

  constructor(database: Database, settings: RequestSettings) {
    this.#database = database;
    this.#settings = settings;
  }

  /** Mails an invitation and returns its id. Raises what `app_private.invite_member` raises. */
  async invite({ organizationId, email, role }: InviteMember): Promise<string> {
    return await this.#send("app_private.invite_member($2, $3, $4, $1)", [
      organizationId,
      email,
      role,
    ]);
  }

  /** Mails an open invitation again, with another token. Raises what `app_private.resend_invitation` raises. */
  async resend({ invitationId }: ResendInvitation): Promise<string> {
    return await this.#send("app_private.resend_invitation($2, $1)", [invitationId]);
  }

  async #send(call: string, values: readonly string[]): Promise<string> {
    const token = newToken();
    // As the login role, which alone may call these; the session's token says for whom.
    const { role: _role, ...settings } = this.#settings;
    const [row] = await this.#database.query<{ id: string }>(settings, {
      text: `select ${call} as id`,
      values: [token, ...values],
    });
    if (row === undefined) throw new Error("An invitation that was sent is not there.");
    return row.id;
  }
}
