-- The owner of the booking, to whom every cent is explained, and staff who may read payments.
alter table app_public.refund_items enable row level security;
alter table app_public.refund_items force row level security;

drop policy if exists all_owner on app_public.refund_items;
create policy all_owner on app_public.refund_items
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.refund_items;
create policy select_own on app_public.refund_items
  for select to lml_anonymous, lml_user
  using (exists (
    select from app_public.bookings as b
    where b.organization_id = refund_items.organization_id
      and b.id = refund_items.booking_id
      and (
        b.user_id = (select app_hidden.current_user_id())
        or b.cart_token_hash = (select app_hidden.current_cart_hash())
      )
  ));

drop policy if exists select_member on app_public.refund_items;
create policy select_member on app_public.refund_items
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('payments.read')))
  );

revoke all on app_public.refund_items from public;
grant select on app_public.refund_items to lml_anonymous, lml_user;
