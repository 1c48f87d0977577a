-- Whoever checks out types any address. What was proven by a mailbox or an account, given by an
-- organization, or bought and sent by others, is not theirs to read or to have forgotten.
create or replace function app_private.is_somebody_elses(
  customer app_public.customers, user_id uuid
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select c.user_id <> is_somebody_elses.user_id
    or exists (
      select from app_public.bookings as b
      where b.organization_id = c.organization_id
        and b.customer_id = c.id
        and b.user_id is distinct from is_somebody_elses.user_id
    )
    or exists (
      select from app_public.waiting_list_entries as w
      where w.organization_id = c.organization_id
        and w.customer_id = c.id
        and w.user_id is distinct from is_somebody_elses.user_id
    )
    or exists (
      select from app_public.consents as s
      where s.organization_id = c.organization_id and s.customer_id = c.id
    )
    or exists (
      select from app_public.ticket_transfers as r
      where r.organization_id = c.organization_id
        and r.to_customer_id = c.id
        and r.from_user_id is distinct from is_somebody_elses.user_id
    )
    or exists (
      select from app_public.memberships as m
      where m.organization_id = c.organization_id and m.email operator(public.=) c.email
    )
    or exists (
      select from app_private.waiting_list_tokens as t
      where t.organization_id = c.organization_id and t.email operator(public.=) c.email
    )
    or exists (
      select from app_private.consent_tokens as t
      where t.organization_id = c.organization_id and t.email operator(public.=) c.email
    )
    or exists (
      select from app_public.users as u
      where u.id <> is_somebody_elses.user_id
        and u.email operator(public.=) c.email
        and u.email_verified_at is not null
    )
  from (select (is_somebody_elses.customer).*) as c
$$;

comment on function app_private.is_somebody_elses(app_public.customers, uuid) is
  'Whether anybody but an account has to do with the address that it gave to an organization.';
