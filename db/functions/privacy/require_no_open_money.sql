create or replace function app_private.require_no_open_money(booking_ids uuid[])
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_open text;
begin
  select string_agg(b.booking_reference, ', ' order by b.created_at) into v_open
  from app_public.bookings as b
  where b.id = any (require_no_open_money.booking_ids)
    and (
      b.status in (
        'pending_payment', 'partially_paid', 'disputed', 'fraud_hold', 'pending_approval'
      )
      or exists (
        select from app_public.refunds as r
        where r.organization_id = b.organization_id
          and r.booking_id = b.id
          and r.status in ('pending', 'processing')
      )
    );
  if v_open is not null then
    raise exception 'Money is on its way for these bookings.'
      using errcode = 'LMOPN', detail = v_open, hint = 'Wait until it has arrived, or cancel.';
  end if;
end
$$;

comment on function app_private.require_no_open_money(uuid[]) is
  'Raises LMOPN, naming the bookings that wait for money or for its return.';
