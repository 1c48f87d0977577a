-- Tickets of a pass stay good for the other dates, and may be given back: it is not what was
-- bought. Nobody else buys it like that unless the organization puts its categories on sale again.
create or replace function app_private.follow_date(
  date app_public.performances, refunds_until timestamptz
)
returns setof app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if (follow_date.date).status = 'canceled' then
    update app_public.ticket_categories as c
    set status = 'paused'
    where c.organization_id = (follow_date.date).organization_id
      and c.status = 'active'
      and c.id in (
        select pc.ticket_category_id from app_public.admission_pool_categories as pc
        where pc.organization_id = c.organization_id
          and pc.performance_id in (select app_private.passes_for((follow_date.date).id))
      );
  end if;
  return query
    update app_public.performances as pass
    set refunds_until = greatest(pass.refunds_until, follow_date.refunds_until)
    where pass.organization_id = (follow_date.date).organization_id
      and pass.id in (select app_private.passes_for((follow_date.date).id))
      and pass.status in ('scheduled', 'postponed')
      and pass.id not in (
        select none.id from app_private.passes_without_dates(pass.event_id) as none
      )
    returning pass.*;
end
$$;

comment on function app_private.follow_date(app_public.performances, timestamptz) is
  'Offers refunds of the passes of a date that was moved or canceled; returns these passes.';
