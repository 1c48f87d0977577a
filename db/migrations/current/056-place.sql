alter table app_public.user_sessions add country text, add city text;
alter table app_public.user_sessions
  add constraint user_sessions_country_is_a_code check (country ~ '^[A-Z]{2}$'),
  add constraint user_sessions_city_is_short check (length(city) <= 100),
  add constraint user_sessions_city_has_a_country check (city is null or country is not null);

comment on column app_public.user_sessions.country is
  'The country at sign-in, in two letters; null where it is not known.';
comment on column app_public.user_sessions.city is
  'The city at sign-in; null where only the country is known, or not even that.';
comment on column app_private.booking_signals.country is
  'Where the address is, as a database of addresses says (LML_PLACE_DATABASE), or a proxy in front '
  'of the server (LML_COUNTRY_HEADER).';

-- What people eat, and what they cannot climb, is nobody's business long after. An address is kept
-- for what is yet to be mailed: orders come earlier than half a year before, too.
insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
select
  r.rule, r.description, r.relation, 'delete', '400 days',
  format(
    '(select app_hidden.closing_time(p.starts_at, p.ends_at) from app_public.performances as p '
    'where p.organization_id = t.organization_id and p.id = %s)', r.performance
  ),
  'true'
from (values
  (
    'attendees', 'Who came with a ticket, and what they answered.', 'app_public.ticket_attendees',
    't.performance_id'
  ),
  (
    'booking_details', 'What buyers said about an order: where they come from, what they need.',
    'app_public.booking_details',
    '(select b.performance_id from app_public.bookings as b '
    'where b.organization_id = t.organization_id and b.id = t.booking_id)'
  )
) as r (rule, description, relation, performance);
update app_private.retention_rules
set description = 'Where add-ons were mailed to, half a year after the performance.',
  since = $$
    greatest(t.updated_at, (
      select app_hidden.closing_time(p.starts_at, p.ends_at)
      from app_public.bookings as b
      join app_public.performances as p
        on p.organization_id = b.organization_id and p.id = b.performance_id
      where b.organization_id = t.organization_id and b.id = t.booking_id
    ))$$
where rule = 'delivery_addresses';
