create or replace function app_private.evidence_of_purchase(booking app_public.bookings)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'customer_name', nullif(trim(coalesce(
      (evidence_of_purchase.booking).customer_name,
      concat_ws(' ', c.first_name, c.last_name)
    )), ''),
    'customer_email_address', coalesce(
      (evidence_of_purchase.booking).customer_email, c.email
    )::text,
    -- Of IPv6 the network is known, not the address.
    'customer_purchase_ip', (
      select case family(s.ip_address) when 4 then host(s.ip_address) else s.ip_address::text end
      from app_private.booking_signals as s
      where s.organization_id = (evidence_of_purchase.booking).organization_id
        and s.booking_id = (evidence_of_purchase.booking).id
        and s.ip_address is not null
      order by s.occurred_at desc
      limit 1
    ),
    'product_description', format(
      '%s x admission to %s on %s, sold by %s (booking %s)',
      greatest(1, app_private.tickets_in(evidence_of_purchase.booking)),
      w.words ->> 'event', w.words ->> 'startsAt', w.words ->> 'organization',
      w.words ->> 'reference'
    ),
    'service_date', left(w.words ->> 'startsAt', 10)
  )
  from app_public.bookings as b
  cross join lateral (select app_private.booking_words(b) as words) as w
  left join app_public.customers as c
    on c.organization_id = b.organization_id and c.id = b.customer_id
  where b.id = (evidence_of_purchase.booking).id
$$;

comment on function app_private.evidence_of_purchase(app_public.bookings) is
  'Who bought what, from where.';
