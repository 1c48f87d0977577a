// If this failed, an owner could not say who works for them and what they may do, nor the platform with whom it does business.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  InvitationError,
  LastOwnerError,
  type LastMinuteLive,
  NotAllowedError,
  NotFoundError,
  type Organization,
  OrganizationNotActiveError,
} from "./index.ts";
import { openAccount, startOffice, type TestOffice } from "./testing-office.ts";

const password = "a long enough password";

let office: TestOffice;
let owner: LastMinuteLive;
let staff: LastMinuteLive;
let organization: Organization;

async function person(email: string, firstName: string): Promise<LastMinuteLive> {
  const client = office.client();
  await openAccount(office, client, { email, password, firstName, lastName: "Test" });
  return client;
}

beforeAll(async () => {
  office = await startOffice();
  owner = await person("olga@example.com", "Olga");
  staff = await person("sam@example.com", "Sam");
  const platform = await office.database.connect("lml_owner");
  await platform.query("select app_private.grant_first_platform_role('sam@example.com', 'admin')");
  await platform.end();
  organization = await owner.createOrganization({
    name: "Playhouse",
    slug: "playhouse",
    email: "office@example.com",
    defaultCurrency: "EUR",
  });
}, 60_000);

afterAll(() => office[Symbol.asyncDispose]());

test("somebody is invited, works, is held back, and leaves", async () => {
  const mia = await person("mia@example.com", "Mia");
  const invitation = await owner.inviteMember(organization, {
    email: "mia@example.com",
    role: "staff",
  });
  const mail = () => office.mailTo("mia@example.com");
  await expect.poll(mail).toContain("Playhouse");
  const first = await mail();
  expect(await owner.resendInvitation(invitation)).toMatchObject({ sendCount: 2 });
  await expect.poll(mail).not.toBe(first);
  const token = /token=(\S+)/.exec(await mail())?.[1] ?? "";
  const member = await mia.acceptInvitation(decodeURIComponent(token));
  expect(member).toMatchObject({ role: "staff", status: "active" });
  await expect(owner.revokeInvitation(invitation)).rejects.toThrow(InvitationError);
  const other = await owner.inviteMember(organization, { email: "no@example.com", role: "staff" });
  expect((await owner.revokeInvitation(other)).revokedAt).not.toBeNull();
  expect(await owner.members(organization).toArray(9)).toHaveLength(2);

  expect(await owner.changeMemberRole(member, "manager")).toMatchObject({ role: "manager" });
  await owner.grantMemberPermission(member, "payouts.read");
  expect(await owner.revokeMemberPermission(member, "payouts.read")).toBe(true);
  expect(await owner.revokeMemberPermission(member, "payouts.read")).toBe(false);
  const venue = await owner.createVenue({
    organizationId: organization.id,
    name: "Hall",
    slug: "hall",
    timezone: "Europe/Vienna",
    address: { city: "Vienna" },
  });
  await owner.grantVenueAccess(member, venue);
  expect(await owner.revokeVenueAccess(member, venue)).toBe(true);
  expect(await owner.liftVenueRestriction(member)).toMatchObject({ venuesRestricted: false });
  expect(await owner.suspendMember(member)).toMatchObject({ status: "suspended" });
  expect(await owner.reactivateMember(member)).toMatchObject({ status: "active" });

  await expect(owner.leaveOrganization(organization)).rejects.toThrow(LastOwnerError);
  expect(await owner.transferOwnership(organization, member)).toMatchObject({ role: "owner" });
  const olga = (await mia.members(organization).toArray(9)).find(({ role }) => role === "admin");
  expect(await mia.transferOwnership(organization, olga ?? "")).toMatchObject({ role: "owner" });
  expect(await mia.leaveOrganization(organization)).toBe(true);
  const again = await owner.inviteMember(organization, { email: "mia@example.com", role: "staff" });
  expect(again.acceptedAt).toBeNull();
  await expect(owner.removeMember(member)).rejects.toThrow(NotFoundError);
}, 60_000);

test("an organization says who it is, and the platform whether it does business with it", async () => {
  const renamed = await owner.updateOrganization(organization, { name: "The Playhouse" });
  expect(renamed.name).toBe("The Playhouse");
  await owner.requestOrganizationVerification(organization, ["register.pdf"]);
  await expect(owner.decideOrganizationVerification(organization, true)).rejects.toThrow(
    NotAllowedError,
  );
  await staff.decideOrganizationVerification(organization, true, { note: "In the register" });
  await expect(staff.decideOrganizationVerification(organization, true)).rejects.toThrow(
    NotFoundError,
  );
  await staff.changeOrganizationPlan(organization, {
    subscriptionTier: "basic",
    commissionPercentage: "7.5",
    monthlyRevenueLimitUnits: 100_000,
  });
  await staff.setStripeFeesPayer(organization, true);
  await staff.setEventCategory({ slug: "opera", name: "Opera" });
  expect(await staff.suspendOrganization(organization, "Asked for")).toMatchObject({
    status: "suspended",
  });
  await expect(
    owner.inviteMember(organization, { email: "new@example.com", role: "staff" }),
  ).rejects.toThrow(OrganizationNotActiveError);
  expect(await staff.reactivateOrganization(organization)).toMatchObject({ status: "active" });
});

test("a customer is changed, told what is known, and forgotten", async () => {
  const platform = await office.database.connect("lml_owner");
  const { rows } = await platform.query<{ customer: string }>(
    `insert into app_public.customers (organization_id, email)
    values ($1, 'ada@example.com') returning id as customer`,
    [organization.id],
  );
  await platform.end();
  const id = rows[0]?.customer ?? "";
  expect(await owner.updateCustomer(id, { firstName: "Ada" })).toMatchObject({ firstName: "Ada" });
  const consent = await owner.recordCustomerConsent(id, {
    purpose: "newsletter",
    isGiven: true,
    source: "telephone",
    wordingVersion: "1",
  });
  expect(consent.isGiven).toBe(true);
  expect(JSON.stringify(await owner.exportCustomerData(id))).toContain("ada@example.com");
  await owner.eraseCustomer(id);
  expect(JSON.stringify(await owner.exportCustomerData(id))).not.toContain("ada@example.com");
});
