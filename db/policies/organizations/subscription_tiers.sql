-- Plans are no secret.
alter table app_public.subscription_tiers enable row level security;
alter table app_public.subscription_tiers force row level security;

drop policy if exists all_owner on app_public.subscription_tiers;
create policy all_owner on app_public.subscription_tiers
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.subscription_tiers;
create policy select_all on app_public.subscription_tiers
  for select to lml_anonymous, lml_user
  using (true);

revoke all on app_public.subscription_tiers from public;
grant select on app_public.subscription_tiers to lml_anonymous, lml_user;
