-- Whoever calls this has proven the address, and may be somebody else than had it before: mailboxes
-- are given to new people. What was bought and written under it until the account was closed stays
-- with that account, and is erased with it. What came afterwards is the new owner's, like whatever
-- a guest bought.
create or replace function app_private.free_address(email text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_email public.citext := free_address.email::public.citext;
  v_user app_public.users;
  v_closed public.citext;
begin
  select * into v_user
  from app_public.users as u
  where u.email operator(public.=) v_email and u.account_status = 'deleted';
  if not found then
    return;
  end if;
  v_closed := ('closed+' || v_user.id || '@closed.invalid')::public.citext;
  -- Before the account, as everywhere.
  perform from app_public.bookings as b
  join app_public.customers as c
    on c.organization_id = b.organization_id and c.id = b.customer_id
  where c.email operator(public.=) v_email
  order by b.id
  for no key update of b;
  update app_public.users as u set email = v_closed where u.id = v_user.id;
  perform app_private.leave_customer_behind(c, v_user, v_closed)
  from app_public.customers as c
  where c.email operator(public.=) v_email
  order by c.id;
  update app_private.outgoing_emails as e
  set recipient = v_closed
  where e.recipient operator(public.=) v_email and e.created_at <= v_user.updated_at
    and e.sent_at is not null;
  update app_public.ticket_transfers as r
  set to_email = v_closed
  where r.to_email operator(public.=) v_email and r.ended_at <= v_user.updated_at;
  update app_public.ticket_attendees as a
  set email = v_closed
  where a.email operator(public.=) v_email and a.created_at <= v_user.updated_at;
end
$$;

comment on function app_private.free_address(text) is
  'Takes an address from an account that is closed, for whoever has just proven that it is theirs.';
