create or replace function app_private.closing_time_of(ticket app_public.tickets)
returns timestamptz
language sql stable security definer set search_path = ''
as $$
  select case p.status
    when 'postponed' then 'infinity'
    when 'canceled' then '-infinity'
    else app_hidden.closing_time(p.starts_at, p.ends_at)
  end
  from app_public.performances as p
  where p.organization_id = (closing_time_of.ticket).organization_id
    and p.id = (closing_time_of.ticket).performance_id
$$;

comment on function app_private.closing_time_of(app_public.tickets) is
  'Until when a ticket lets people in: without an end where there is no day yet, and never where '
  'it was canceled.';
