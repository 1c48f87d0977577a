-- Staff who may read payments: buyers are not told what is thought of their cards.
alter table app_public.payment_charges enable row level security;
alter table app_public.payment_charges force row level security;

drop policy if exists all_owner on app_public.payment_charges;
create policy all_owner on app_public.payment_charges
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.payment_charges;
create policy select_member on app_public.payment_charges
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.payment_charges from public;
grant select on app_public.payment_charges to lml_user;
