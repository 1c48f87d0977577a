// If these failed, nobody could be invited, or whoever asks for it would learn the token that proves a mailbox.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  createTheatre,
  signUp,
  startTestServer,
  type Answer,
  type Anything,
  type TestServer,
  type Theatre,
} from "./testing.ts";

let server: TestServer;
let theatre: Theatre;

beforeAll(async () => {
  server = await startTestServer();
  theatre = await createTheatre(server, { publish: false });
});

afterAll(() => server[Symbol.asyncDispose]());

function invite(
  email: string,
  token: string | undefined,
  role = "staff",
): Promise<Answer<Anything>> {
  return server.graphql(
    `mutation ($input: InviteMemberInput!) {
      inviteMember(input: $input) { organizationInvitation { id email role sendCount } }
    }`,
    { input: { organizationId: theatre.organizationId, email, role } },
    { token },
  );
}

async function mailedTokens(email: string): Promise<string[]> {
  const owner = await server.database.connect("lml_owner");
  const { rows } = await owner.query<{ token: string }>(
    `select variables ->> 'token' as token from app_private.outgoing_emails
    where recipient = $1 and template = 'organization_invitation' order by id`,
    [email],
  );
  return rows.map(({ token }) => token);
}

function accept(invitation: string | undefined, token: string): Promise<Answer<Anything>> {
  return server.graphql(
    `mutation ($token: String!) {
      acceptInvitation(input: { token: $token }) { organizationMember { role } }
    }`,
    { token: invitation },
    { token },
  );
}

test("a member is invited, told by mail alone, and comes", async () => {
  const ada = await signUp(server);
  const invited = await invite(ada.email, theatre.owner.token);
  expect(invited.errors).toEqual([]);
  const { organizationInvitation } = invited.data.inviteMember;
  expect(organizationInvitation).toMatchObject({ email: ada.email, role: "staff", sendCount: 1 });
  const again = await server.data(
    `mutation ($id: UUID!) {
      resendInvitation(input: { invitationId: $id }) { organizationInvitation { sendCount } }
    }`,
    { id: organizationInvitation.id },
    { token: theatre.owner.token },
  );
  expect(again.resendInvitation.organizationInvitation).toEqual({ sendCount: 2 });

  const [first, second] = await mailedTokens(ada.email);
  expect(first).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(JSON.stringify([invited.data, again])).not.toContain(second);
  expect((await accept(first, ada.token)).codes).toEqual(["LMINV"]);
  expect((await accept(second, ada.token)).data).toEqual({
    acceptInvitation: { organizationMember: { role: "staff" } },
  });
});

test("who may not invite is told so, and no mail leaves", async () => {
  const eve = await signUp(server);
  expect((await invite("x@example.com", undefined)).codes).toEqual(["LMAUT"]);
  expect((await invite("x@example.com", "dead")).codes).toEqual(["LMSES"]);
  expect((await invite("x@example.com", eve.token)).codes).toEqual(["LMNFD"]);
  expect((await invite("nobody", theatre.owner.token)).codes).toEqual(["LMINP"]);
  expect(await mailedTokens("x@example.com")).toEqual([]);
});
