-- Whoever sees the event.
alter table app_public.payment_plans enable row level security;
alter table app_public.payment_plans force row level security;

drop policy if exists all_owner on app_public.payment_plans;
create policy all_owner on app_public.payment_plans
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_event on app_public.payment_plans;
create policy select_with_event on app_public.payment_plans
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.events as e
    where e.organization_id = payment_plans.organization_id and e.id = payment_plans.event_id
  ));

revoke all on app_public.payment_plans from public;
grant select on app_public.payment_plans to lml_anonymous, lml_user;
