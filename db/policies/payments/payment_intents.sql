-- The owner of the booking, and staff who may read payments.
alter table app_public.payment_intents enable row level security;
alter table app_public.payment_intents force row level security;

drop policy if exists all_owner on app_public.payment_intents;
create policy all_owner on app_public.payment_intents
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.payment_intents;
create policy select_own on app_public.payment_intents
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = payment_intents.organization_id
      and b.id = payment_intents.booking_id
      and (
        b.user_id = (select app_hidden.current_user_id())
        or b.cart_token_hash = (select app_hidden.current_cart_hash())
      )
  ));

drop policy if exists select_member on app_public.payment_intents;
create policy select_member on app_public.payment_intents
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.payment_intents from public;
grant select on app_public.payment_intents to lml_anonymous, lml_user;
