create or replace function app_private.note_lost_dispute(dispute app_public.disputes)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_private.lost_dispute_signals (
    organization_id, dispute_id, booking_id, buyer_key, email, ip_address, device
  )
  select
    b.organization_id, (note_lost_dispute.dispute).id, b.id,
    coalesce(uuid_send(b.user_id), b.cart_token_hash), lower(b.customer_email::text),
    s.ip_address, s.device
  from app_public.bookings as b
  left join lateral app_private.checkout_signal_of(b) as s on true
  where b.organization_id = (note_lost_dispute.dispute).organization_id
    and b.id = (note_lost_dispute.dispute).booking_id
  on conflict on constraint lost_dispute_signals_are_one_per_dispute do nothing
$$;

comment on function app_private.note_lost_dispute(app_public.disputes) is
  'Writes down, once, who had bought what was lost to a dispute.';
