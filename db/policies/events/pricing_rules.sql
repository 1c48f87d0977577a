-- What makes a price is the business of those who set it; buyers see what it made of theirs.
alter table app_public.pricing_rules enable row level security;
alter table app_public.pricing_rules force row level security;

drop policy if exists all_owner on app_public.pricing_rules;
create policy all_owner on app_public.pricing_rules
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.pricing_rules;
create policy select_member on app_public.pricing_rules
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.manage')))
  );

drop policy if exists select_member_of_venue on app_public.pricing_rules;
create policy select_member_of_venue on app_public.pricing_rules
  for select to lml_user
  using (
    ticket_category_id in (select app_hidden.permitted_ticket_category_ids('events.manage'))
  );

revoke all on app_public.pricing_rules from public;
grant select on app_public.pricing_rules to lml_user;
