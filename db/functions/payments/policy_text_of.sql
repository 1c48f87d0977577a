create or replace function app_private.policy_text_of(booking app_public.bookings)
returns text
language sql stable security definer set search_path = ''
as $$
  select case
    when (policy_text_of.booking).cancellation_policy_id is null
      then 'The tickets were sold without a right to return them.'
    else format(
      'The terms were shown at checkout on %s (version %s), and have not changed for this sale. %s',
      to_char((policy_text_of.booking).created_at at time zone 'UTC', 'YYYY-MM-DD'), c.version,
      coalesce(
        (
          select string_agg(
            format('Until %s days before the start %s percent are returned.', w.days_before,
              trim_scale(w.percentage)),
            ' ' order by w.days_before desc
          )
          from app_public.cancellation_windows as w
          where w.organization_id = c.organization_id and w.policy_id = c.id
        ),
        'Nothing is returned.'
      )
    )
  end
  from (values (true)) as one (is_one)
  left join app_public.cancellation_policies as c
    on c.organization_id = (policy_text_of.booking).organization_id
    and c.id = (policy_text_of.booking).cancellation_policy_id
$$;

comment on function app_private.policy_text_of(app_public.bookings) is
  'The terms of cancellation that a booking was bought under, in words.';
