-- See bookings_analyst.
create or replace view app_public.performances_analyst with (security_barrier = true) as
select
  p.id, p.organization_id, p.event_id, e.venue_id, e.title, e.status as event_status, p.status,
  p.currency, p.starts_at
from app_public.performances as p
join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id;

comment on view app_public.performances_analyst is
  'Performances of all organizations, published or not.';
comment on column app_public.performances_analyst.id is 'Identifier.';
comment on column app_public.performances_analyst.organization_id is 'Who sells it.';
comment on column app_public.performances_analyst.event_id is 'Of which event.';
comment on column app_public.performances_analyst.venue_id is 'At which venue.';
comment on column app_public.performances_analyst.title is 'Title of the event.';
comment on column app_public.performances_analyst.event_status is 'The life of the event.';
comment on column app_public.performances_analyst.status is 'Whether it takes place.';
comment on column app_public.performances_analyst.currency is 'Currency of its prices.';
comment on column app_public.performances_analyst.starts_at is 'When it starts.';
revoke all on app_public.performances_analyst from public;
grant select on app_public.performances_analyst to lml_analyst;
