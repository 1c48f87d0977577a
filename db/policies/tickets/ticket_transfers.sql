-- Who offered and who got a ticket, and staff that may know whom.
alter table app_public.ticket_transfers enable row level security;
alter table app_public.ticket_transfers force row level security;

drop policy if exists all_owner on app_public.ticket_transfers;
create policy all_owner on app_public.ticket_transfers
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.ticket_transfers;
create policy select_own on app_public.ticket_transfers
  for select to lml_anonymous, lml_user
  using (
    from_user_id = (select app_hidden.current_user_id())
    or to_user_id = (select app_hidden.current_user_id())
    or from_cart_token_hash = (select app_hidden.current_cart_hash())
    or to_cart_token_hash = (select app_hidden.current_cart_hash())
  );

drop policy if exists select_member on app_public.ticket_transfers;
create policy select_member on app_public.ticket_transfers
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('customers.read_names')
    ))
  );

drop policy if exists select_member_of_venue on app_public.ticket_transfers;
create policy select_member_of_venue on app_public.ticket_transfers
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('customers.read_names')));

revoke all on app_public.ticket_transfers from public;
grant select on app_public.ticket_transfers to lml_anonymous, lml_user;
