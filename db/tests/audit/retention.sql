-- If this fails, a booking whose history was dropped by a rule counts as inconsistent for ever, or
-- one whose history was destroyed does not.
select plan(3);

select tests.create_theatre();
select tests.sell('sold', 'theatre', 1, 1);
select tests.as_owner();
set constraints all immediate;
alter table app_public.booking_state_transitions disable trigger user;
delete from app_public.booking_state_transitions;
select is(
  (select string_agg(invariant, ',') from app_public.check_invariants()),
  'status_is_the_last_logged', 'a history that is gone is missed'
);
insert into app_private.closed_months (table_name, month, row_count, months_kept, dropped_at)
select 'booking_state_transitions', date_trunc('month', now() at time zone 'UTC') - m, 0, 12, now()
from unnest(array['1 month', '0']::interval[]) as m;
select is_empty('select from app_public.check_invariants()', 'unless its month was dropped');
delete from app_private.closed_months
where month = date_trunc('month', now() at time zone 'UTC');
select isnt_empty('select from app_public.check_invariants()', 'not an earlier one');
