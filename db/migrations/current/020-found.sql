-- Times that people give lie between the years 1800 and 3000: an event in the year 294276 is a slip
-- of the hand. What lies beyond moves to the edge: what was not on sale yet is not on sale now.
update app_public.events
set sales_start = least(greatest(sales_start, '1800-01-01 00:00+00'), '2999-12-31 00:00+00')
where sales_start not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00';
update app_public.events
set sales_end = least(greatest(sales_end, '1800-01-01 12:00+00'), '2999-12-31 12:00+00')
where sales_end not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.ticket_categories
set sales_start = least(greatest(sales_start, '1800-01-01 00:00+00'), '2999-12-31 00:00+00')
where sales_start not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00';
update app_public.ticket_categories
set sales_end = least(greatest(sales_end, '1800-01-01 12:00+00'), '2999-12-31 12:00+00')
where sales_end not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.add_ons
set sales_start = least(greatest(sales_start, '1800-01-01 00:00+00'), '2999-12-31 00:00+00')
where sales_start not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00';
update app_public.add_ons
set sales_end = least(greatest(sales_end, '1800-01-01 12:00+00'), '2999-12-31 12:00+00')
where sales_end not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.seat_allocations
set release_at = least(greatest(release_at, '1800-01-01 00:00+00'), '2999-12-31 00:00+00')
where release_at not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00';
update app_public.admission_allocations
set release_at = least(greatest(release_at, '1800-01-01 00:00+00'), '2999-12-31 00:00+00')
where release_at not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00';
update app_public.ticket_category_prices
set valid_during = tstzrange(
  case when lower(valid_during) is not null
    then least(greatest(lower(valid_during), '1800-01-01 00:00+00'), '2999-12-31 00:00+00') end,
  case when upper(valid_during) is not null
    then least(greatest(upper(valid_during), '1800-01-01 12:00+00'), '2999-12-31 12:00+00') end
)
where lower(valid_during) not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00'
  or upper(valid_during) not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.discount_codes
set valid_during = tstzrange(
  case when lower(valid_during) is not null
    then least(greatest(lower(valid_during), '1800-01-01 00:00+00'), '2999-12-31 00:00+00') end,
  case when upper(valid_during) is not null
    then least(greatest(upper(valid_during), '1800-01-01 12:00+00'), '2999-12-31 12:00+00') end
)
where lower(valid_during) not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00'
  or upper(valid_during) not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.memberships
set valid_during = tstzrange(
  case when lower(valid_during) is not null
    then least(greatest(lower(valid_during), '1800-01-01 00:00+00'), '2999-12-31 00:00+00') end,
  case when upper(valid_during) is not null
    then least(greatest(upper(valid_during), '1800-01-01 12:00+00'), '2999-12-31 12:00+00') end
)
where lower(valid_during) not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00'
  or upper(valid_during) not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.tax_rates
set valid_during = tstzrange(
  case when lower(valid_during) is not null
    then least(greatest(lower(valid_during), '1800-01-01 00:00+00'), '2999-12-31 00:00+00') end,
  case when upper(valid_during) is not null
    then least(greatest(upper(valid_during), '1800-01-01 12:00+00'), '2999-12-31 12:00+00') end
)
where lower(valid_during) not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00'
  or upper(valid_during) not between '1800-01-01 12:00+00' and '2999-12-31 12:00+00';
update app_public.performances set doors_at = null where doors_at < '1800-01-01 00:00+00';
update app_public.performances set refunds_until = null
where refunds_until < '1800-01-01 00:00+00';
update app_public.payout_holds
set hold_until = least(greatest(hold_until, '1800-01-01 00:00+00'), '2999-12-31 00:00+00')
where hold_until not between '1800-01-01 00:00+00' and '2999-12-31 00:00+00';
update app_public.venue_compliance
set license_valid_until = least(greatest(license_valid_until, '1800-01-01'), '2999-12-31')
where license_valid_until not between '1800-01-01' and '2999-12-31';
update app_public.venue_compliance
set safety_certificate_valid_until
  = least(greatest(safety_certificate_valid_until, '1800-01-01'), '2999-12-31')
where safety_certificate_valid_until not between '1800-01-01' and '2999-12-31';
update app_public.venue_compliance
set insurance_valid_until = least(greatest(insurance_valid_until, '1800-01-01'), '2999-12-31')
where insurance_valid_until not between '1800-01-01' and '2999-12-31';

alter table app_public.events
  drop constraint events_sale_times_are_finite,
  add constraint events_sale_times_are_between_1800_and_3000 check (
    sales_start >= '1800-01-01 00:00+00' and sales_start < '3000-01-01 00:00+00'
    and sales_end >= '1800-01-01 00:00+00' and sales_end < '3000-01-01 00:00+00'
  );
alter table app_public.ticket_categories
  drop constraint ticket_categories_sale_times_are_finite,
  add constraint ticket_categories_sale_times_are_between_1800_and_3000 check (
    sales_start >= '1800-01-01 00:00+00' and sales_start < '3000-01-01 00:00+00'
    and sales_end >= '1800-01-01 00:00+00' and sales_end < '3000-01-01 00:00+00'
  );
alter table app_public.add_ons
  drop constraint add_ons_sale_times_are_finite,
  add constraint add_ons_sale_times_are_between_1800_and_3000 check (
    sales_start >= '1800-01-01 00:00+00' and sales_start < '3000-01-01 00:00+00'
    and sales_end >= '1800-01-01 00:00+00' and sales_end < '3000-01-01 00:00+00'
  );
alter table app_public.seat_allocations
  drop constraint seat_allocations_release_is_finite,
  add constraint seat_allocations_release_is_between_1800_and_3000 check (
    release_at >= '1800-01-01 00:00+00' and release_at < '3000-01-01 00:00+00'
  );
alter table app_public.admission_allocations
  drop constraint admission_allocations_release_is_finite,
  add constraint admission_allocations_release_is_between_1800_and_3000 check (
    release_at >= '1800-01-01 00:00+00' and release_at < '3000-01-01 00:00+00'
  );
alter table app_public.ticket_category_prices
  add constraint ticket_category_prices_validity_is_between_1800_and_3000 check (
    lower(valid_during) >= '1800-01-01 00:00+00' and lower(valid_during) < '3000-01-01 00:00+00'
    and upper(valid_during) < '3000-01-01 00:00+00'
  );
alter table app_public.discount_codes
  add constraint discount_codes_validity_is_between_1800_and_3000 check (
    lower(valid_during) >= '1800-01-01 00:00+00' and lower(valid_during) < '3000-01-01 00:00+00'
    and upper(valid_during) < '3000-01-01 00:00+00'
  );
alter table app_public.memberships
  add constraint memberships_validity_is_between_1800_and_3000 check (
    lower(valid_during) >= '1800-01-01 00:00+00' and lower(valid_during) < '3000-01-01 00:00+00'
    and upper(valid_during) < '3000-01-01 00:00+00'
  );
alter table app_public.tax_rates
  add constraint tax_rates_validity_is_between_1800_and_3000 check (
    lower(valid_during) >= '1800-01-01 00:00+00' and lower(valid_during) < '3000-01-01 00:00+00'
    and upper(valid_during) < '3000-01-01 00:00+00'
  );
alter table app_public.performances
  drop constraint performances_end_before_the_year_3000,
  drop constraint performances_times_are_finite,
  drop constraint performances_postponement_is_finite,
  add constraint performances_times_are_between_1800_and_3000 check (
    least(starts_at, ends_at, doors_at, postponed_from, refunds_until) >= '1800-01-01 00:00+00'
    and greatest(starts_at, ends_at, doors_at, postponed_from, refunds_until)
      < '3000-01-01 00:00+00'
  );
alter table app_public.payout_holds
  add constraint payout_holds_end_before_the_year_3000 check (hold_until < '3000-01-01 00:00+00');
alter table app_public.venue_compliance
  drop constraint venue_compliance_dates_are_finite,
  add constraint venue_compliance_dates_are_between_1800_and_3000 check (
    least(license_valid_until, safety_certificate_valid_until, insurance_valid_until)
      >= '1800-01-01'
    and greatest(license_valid_until, safety_certificate_valid_until, insurance_valid_until)
      < '3000-01-01'
  );

alter table app_public.event_cancellations
  add column being_served uuid[] not null default '{}';
comment on column app_public.event_cancellations.being_served is
  E'@behavior -*\nOpen bookings of passes that lost this date, which somebody was at in that '
  'moment: they end with it, whatever became of them.';
