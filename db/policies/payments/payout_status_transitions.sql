-- What may happen to a payout is no secret.
alter table app_public.payout_status_transitions enable row level security;
alter table app_public.payout_status_transitions force row level security;

drop policy if exists all_owner on app_public.payout_status_transitions;
create policy all_owner on app_public.payout_status_transitions
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_all on app_public.payout_status_transitions;
create policy select_all on app_public.payout_status_transitions
  for select to lml_anonymous, lml_user
  using (true);

revoke all on app_public.payout_status_transitions from public;
grant select on app_public.payout_status_transitions to lml_anonymous, lml_user;
