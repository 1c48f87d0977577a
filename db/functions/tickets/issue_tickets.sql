-- One ticket per seat or admission. The parts of a line are shared out so that its
-- tickets sum to it exactly.
create or replace function app_private.issue_tickets(booking app_public.bookings)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_layout_id uuid;
  v_count integer;
begin
  select p.layout_id into strict v_layout_id
  from app_public.performances as p where p.id = (issue_tickets.booking).performance_id;

  with issued as (
    insert into app_public.tickets (
      organization_id, performance_id, booking_id, booking_item_id, ticket_category_id, seat_no,
      ticket_number, section, row_name, seat_number, face_value_cents, discount_cents,
      fees_paid_cents, tax_paid_cents, total_paid_cents, currency
    )
    select
      i.organization_id, (issue_tickets.booking).performance_id, i.booking_id, i.id,
      i.ticket_category_id, s.seat_no, 'TKT-' || app_hidden.random_code(10), section.name,
      s.row_name, s.seat_number, i.unit_price_cents, share.discount, share.fees, share.tax,
      i.unit_price_cents - share.discount + share.fees + share.tax,
      (issue_tickets.booking).currency
    from app_public.booking_items as i
    cross join generate_series(1, i.quantity) as n (ordinality)
    left join app_public.layout_seats as s
      on s.organization_id = i.organization_id
      and s.layout_id = v_layout_id
      and s.seat_no = i.seat_nos[n.ordinality]
    left join app_public.layout_sections as section
      on section.organization_id = s.organization_id
      and section.layout_id = s.layout_id
      and section.section_no = s.section_no
    cross join lateral (
      select
        app_hidden.share_to_charge(
          i.discount_cents, n.ordinality, i.quantity, (issue_tickets.booking).currency
        ) as discount,
        app_hidden.share_to_charge(
          i.service_fee_cents + i.processing_fee_cents, n.ordinality, i.quantity,
          (issue_tickets.booking).currency
        ) as fees,
        app_hidden.share_to_charge(
          i.tax_cents, n.ordinality, i.quantity, (issue_tickets.booking).currency
        ) as tax
    ) as share
    where i.organization_id = (issue_tickets.booking).organization_id
      and i.booking_id = (issue_tickets.booking).id
      and i.item_type in ('seat', 'admission')
    returning organization_id, id
  ),
  -- Whoever has tickets is told so by the worker, once.
  to_tell as (
    insert into app_private.booking_confirmations (booking_id)
    values ((issue_tickets.booking).id)
    on conflict do nothing
  )
  insert into app_private.ticket_credentials (organization_id, ticket_id, credential_hash)
  select t.organization_id, t.id,
    app_hidden.hash_token(app_private.ticket_credential_of(t.id, 1))
  from issued as t;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.issue_tickets(app_public.bookings) is
  'Issues the tickets of a booking that has just been confirmed, of which whoever it is for is to '
  'be mailed; returns how many.';
