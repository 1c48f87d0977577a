-- Who chose a pass after that knew what it was without the date, once it was on sale again.
create or replace function app_private.has_lost_date(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select
    from app_public.pass_dates as d
    join app_public.performances as p
      on p.organization_id = d.organization_id and p.id = d.performance_id
    where d.organization_id = (has_lost_date.booking).organization_id
      and d.pass_id = (has_lost_date.booking).performance_id
      and p.status = 'canceled'
      and (
        p.canceled_at >= (has_lost_date.booking).created_at
        or exists (
          select
          from app_public.booking_items as i
          join app_public.ticket_categories as c
            on c.organization_id = i.organization_id and c.id = i.ticket_category_id
          where i.organization_id = (has_lost_date.booking).organization_id
            and i.booking_id = (has_lost_date.booking).id
            and c.status = 'paused'
        )
      )
  )
$$;

comment on function app_private.has_lost_date(app_public.bookings) is
  'Whether a booking of a pass was made when a date of it still took place that is canceled.';
