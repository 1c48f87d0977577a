-- For staff who may read payments: what they wrote to each other is not for the buyer.
alter table app_public.refund_requests enable row level security;
alter table app_public.refund_requests force row level security;

drop policy if exists all_owner on app_public.refund_requests;
create policy all_owner on app_public.refund_requests
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.refund_requests;
create policy select_member on app_public.refund_requests
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.refund_requests from public;
grant select on app_public.refund_requests to lml_user;
