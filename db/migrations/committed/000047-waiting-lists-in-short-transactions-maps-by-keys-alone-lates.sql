--! Previous: sha1:e9339629a359c5a44650a301305587861f00bde5
--! Hash: sha1:c1393ef95c742a6826768465cacd8e9d3043e30b
--! Message: Waiting lists in short transactions, maps by keys alone, latest bookings in order

--! split: 005-latest-bookings-of-a-user.sql
-- One's latest bookings are read in order, and the ids of all of them without the bookings.
drop index app_public.bookings_user_id_idx;
create index bookings_user_id_idx on app_public.bookings (user_id, id) where user_id is not null;

--! split: 010-meet.sql
-- Offers that run out while nothing is sold are not lost.
drop function app_private.settle_waiting_offers(uuid);

--! split: 1000-functions-identity-close_account.sql
-- Ends the account; what is stored about the person is erased by other means. Money that is on its
-- way, and seats that are waited for, come first.
create or replace function app_private.close_account()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.lock_own_account();
  v_email text;
  v_draft_id uuid;
  v_organization_ids uuid[];
begin
  -- Organizations before everything else: an ownership that is handed over now is waited for.
  v_organization_ids := array(
    select o.id
    from app_public.organizations as o
    where o.id in (
      select m.organization_id from app_public.organization_members as m
      where m.user_id = v_user_id
    )
    order by o.id
    for no key update
  );
  -- Bookings before the account, as in a checkout. One that starts now finds its cart canceled.
  for v_draft_id in
    select b.id from app_public.bookings as b
    where b.user_id = v_user_id and b.status = 'draft'
    order by b.id
  loop
    perform app_public.cancel_booking(v_draft_id);
  end loop;
  perform app_private.end_waiting(w.id, 'left')
  from app_public.waiting_list_entries as w
  where w.user_id = v_user_id and w.ended_at is null;
  if exists (
    select from app_public.platform_staff as p
    where p.user_id = v_user_id and p.revoked_at is null
  ) then
    perform app_private.lock_platform_staff();
  end if;
  select u.email::text into strict v_email
  from app_public.users as u where u.id = v_user_id for update;
  perform app_private.require_no_open_money(
    array(select b.id from app_public.bookings as b where b.user_id = v_user_id)
  );
  if exists (
    select from app_public.organization_members as m
    where m.user_id = v_user_id and m.organization_id <> all (v_organization_ids)
  ) then
    raise exception 'An invitation was accepted meanwhile.' using errcode = '40001';
  end if;
  perform app_private.end_platform_role(v_user_id, v_user_id);
  update app_public.users as u set account_status = 'deleted' where u.id = v_user_id;
  perform app_private.revoke_trusted_devices(v_user_id);
  perform app_private.end_sessions(v_user_id, 'manual');
  delete from app_private.user_tokens as t where t.user_id = v_user_id;
  perform app_private.queue_email(v_email, 'account_closed');
end
$$;

comment on function app_private.close_account() is
  'Closes the user''s account for good; the password was verified by the server. '
  'Raises LMOPN (money on its way), LMOWN (the last owner), LMADM (the last admin), LMBSY, LMAUT, '
  'LMSES, LMIMP, LMCRD.';
grant execute on function app_private.close_account() to lml_authenticator;

--! split: 1001-functions-inventory-seat_map_changes.sql
-- Three things change a map: new bookings, what functions note, and holds that lapse by themselves.
-- Few change at a time, and each is found by its key: a plan that was made for an empty database
-- would merge or hash the lines of all bookings instead.
create or replace function app_public.seat_map_changes(performance_id uuid, since text)
returns app_public.seat_map_changes
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
set enable_mergejoin = off set enable_hashjoin = off
as $$
declare
  v_performance app_public.performances := app_hidden.visible_performance(
    seat_map_changes.performance_id
  );
  v_since pg_snapshot;
  v_first_xid xid8;
  v_then timestamptz;
  v_changes app_public.seat_map_changes;
begin
  if v_performance.id is null then
    return null;
  end if;
  if not (
    seat_map_changes.since ~ '^[0-9]{1,16}/'
    and pg_input_is_valid(split_part(seat_map_changes.since, '/', 2), 'pg_snapshot')
  ) then
    raise exception 'This is no version of a seat map.'
      using errcode = 'LMINP', detail = 'since', hint = 'Send the version of the last answer.';
  end if;
  v_then := to_timestamp(split_part(seat_map_changes.since, '/', 1)::bigint / 1000000.0);
  v_since := split_part(seat_map_changes.since, '/', 2)::pg_snapshot;
  v_first_xid := pg_snapshot_xmin(v_since);
  v_changes.performance_id := v_performance.id;
  v_changes.is_complete := coalesce(
    v_first_xid > (select f.last_xid from app_private.seat_changes_forgotten as f)
      and pg_snapshot_xmax(v_since) <= pg_snapshot_xmax(pg_current_snapshot()),
    false
  );
  if not v_changes.is_complete then
    return v_changes;
  end if;
  v_changes.version := app_hidden.map_version();

  select
    coalesce(array_agg(s.seat_no order by s.seat_no), '{}'),
    coalesce(
      string_agg(app_hidden.seat_letter(s.status, s.locked_until), null order by s.seat_no), ''
    )
  into v_changes.seat_nos, v_changes.availability
  from app_public.seat_booking_state as s
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id
    and s.seat_no = any (array(
      select n
      from (
        select b.id
        from app_public.bookings as b
        where b.organization_id = v_performance.organization_id
          and b.performance_id = v_performance.id
          and b.currency = v_performance.currency
          and b.created_xid >= v_first_xid::text::bigint
          and not pg_visible_in_snapshot(b.created_xid::text::xid8, v_since)
        union all
        select b.id
        from app_public.bookings as b
        where b.expires_at > v_then
          and b.expires_at <= now()
          and b.organization_id = v_performance.organization_id
          and b.performance_id = v_performance.id
      ) as changed
      join app_public.booking_items as i
        on i.booking_id = changed.id and i.organization_id = v_performance.organization_id
      cross join unnest(i.seat_nos) as n
      union all
      select n
      from app_private.seat_changes as c
      cross join unnest(c.seat_nos) as n
      where c.performance_id = v_performance.id
        and c.changed_xid >= v_first_xid
        and not pg_visible_in_snapshot(c.changed_xid, v_since)
    ));
  return v_changes;
end
$$;

comment on function app_public.seat_map_changes(uuid, text) is
  'Which seats may be different since a version of the map; none is ever left out. Null when there '
  'is no such performance, or not for you. Raises LMINP for a version that is none.';
grant execute on function app_public.seat_map_changes(uuid, text) to lml_anonymous, lml_user;

--! split: 1002-functions-bookings-draft_for_waiting.sql
-- A guest's draft belongs to a token that nobody has, until the one of the mail claims it.
create or replace function app_private.draft_for_waiting(
  entry app_public.waiting_list_entries, sale app_private.sale, is_complete boolean
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_sale app_private.sale := draft_for_waiting.sale;
  v_buyer app_private.buyer;
  v_booking app_public.bookings;
begin
  v_buyer.user_id := (draft_for_waiting.entry).user_id;
  if exists (
    select from app_public.users as u
    where u.id = v_buyer.user_id and u.account_status <> 'active'
  ) then
    raise exception 'This account cannot sign in.' using errcode = 'LMLCK';
  elsif v_buyer.user_id is null then
    v_buyer.cart_token_hash := app_hidden.hash_token(app_public.create_cart_token());
  end if;
  -- Counted without the lock of a hold: who has it may be waiting for places that the caller has.
  if (
    select count(*) from app_public.bookings as b
    where b.user_id = v_buyer.user_id
      and b.organization_id = v_sale.organization_id
      and b.expires_at > now()
  ) >= v_sale.open_carts_max then
    raise exception 'They have too many open carts.' using errcode = 'LMCRS';
  end if;
  perform app_private.require_may_hold(v_sale, v_buyer, null, (draft_for_waiting.entry).quantity);
  insert into app_public.bookings (
    organization_id, performance_id, booking_reference, user_id, cart_token_hash, customer_id,
    customer_email, customer_name, currency, commission_percentage, expires_at
  )
  select
    v_sale.organization_id, v_sale.performance_id,
    app_private.generate_booking_reference(v_sale.organization_id), v_buyer.user_id,
    v_buyer.cart_token_hash, c.id, coalesce(u.email, c.email),
    nullif(concat_ws(' ', c.first_name, c.last_name), ''),
    v_sale.currency, v_sale.commission_percentage,
    now() + least(
      case when draft_for_waiting.is_complete
        then app_private.waiting_offer_time(v_sale.organization_id)
      end,
      make_interval(secs => v_sale.hold_seconds_max)
    )
  from app_public.customers as c
  -- An account may have another address by now.
  left join app_public.users as u on u.id = v_buyer.user_id
  where c.organization_id = v_sale.organization_id
    and c.id = (draft_for_waiting.entry).customer_id
  -- Whoever forgets a customer waits for their entry, which the caller has.
  for key share of c skip locked
  returning * into strict v_booking;
  return v_booking;
end
$$;

comment on function app_private.draft_for_waiting(
  app_public.waiting_list_entries, app_private.sale, boolean
) is
  'An empty draft for whoever waited: for as long as offers are kept, or, while places are '
  'gathered, for as long as anything may be held. Raises LMLCK, LMGST, LMQTY, LMCRS, '
  'and no_data_found while the customer is being forgotten.';

--! split: 1003-functions-bookings-mail_waiting.sql
create or replace function app_private.mail_waiting(
  entry app_public.waiting_list_entries, template text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.queue_email(
    coalesce(u.email, c.email)::text, mail_waiting.template,
    app_private.performance_words(
      (mail_waiting.entry).organization_id, (mail_waiting.entry).performance_id
    ),
    c.organization_id
  )
  from app_public.customers as c
  left join app_public.users as u on u.id = (mail_waiting.entry).user_id
  where c.organization_id = (mail_waiting.entry).organization_id
    and c.id = (mail_waiting.entry).customer_id
$$;

comment on function app_private.mail_waiting(app_public.waiting_list_entries, text) is
  'Mails somebody about the places that they wait for.';

--! split: 1004-functions-bookings-offer_places.sql
-- The rule: whoever came first, of those whose number is free. Who was passed by three offers to
-- later ones is passed no more: what is free then is held for them, few by few, until it is enough.
create or replace function app_private.offer_places(
  sale app_private.sale, category app_public.ticket_categories, accessible boolean
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_passed constant integer := 3;
  -- Whoever wants a place that is being offered waits for the end of all of these.
  c_offers_max constant integer := 20;
  v_category app_public.ticket_categories := offer_places.category;
  v_after uuid := '00000000-0000-0000-0000-000000000000';
  v_left integer;
  v_entry app_public.waiting_list_entries;
  v_taken integer;
  v_offered uuid[] := '{}';
  v_gathers boolean := app_private.waiting_offer_time((offer_places.sale).organization_id)
    < make_interval(secs => (offer_places.sale).hold_seconds_max);
begin
  if not exists (
    select from app_public.waiting_list_entries as w
    where w.organization_id = (offer_places.sale).organization_id
      and w.performance_id = (offer_places.sale).performance_id
      and w.status in ('waiting', 'gathering')
      and w.is_accessible = offer_places.accessible
      and coalesce(w.ticket_category_id = v_category.id, true)
      and w.ended_at is null
  ) then
    return 0;
  end if;
  v_left := app_private.count_places_left(
    offer_places.sale, v_category.id, offer_places.accessible
  );
  while v_left > 0 and cardinality(v_offered) < c_offers_max loop
    select * into v_entry
    from app_public.waiting_list_entries as w
    where w.organization_id = (offer_places.sale).organization_id
      and w.performance_id = (offer_places.sale).performance_id
      and w.status in ('waiting', 'gathering')
      and w.is_accessible = offer_places.accessible
      and coalesce(w.ticket_category_id = v_category.id, true)
      and w.quantity between v_category.min_per_transaction
        and coalesce(v_category.max_per_transaction, w.quantity)
      and (
        w.quantity - w.gathered <= v_left or v_gathers and w.times_passed >= c_passed
      )
      -- Who takes any category gets all places of one.
      and (w.status = 'waiting' or exists (
        select from app_public.booking_items as i
        where i.organization_id = w.organization_id and i.booking_id = w.booking_id
          and i.ticket_category_id = v_category.id
      ))
      and w.id > v_after
      and w.ended_at is null
    order by w.id
    limit 1
    for no key update skip locked;
    exit when not found;
    v_after := v_entry.id;
    v_taken := least(v_entry.quantity - v_entry.gathered, v_left);
    v_entry := app_private.hold_for_waiting(v_entry, offer_places.sale, v_category.id, v_taken);
    continue when v_entry.id is null;
    v_left := v_left - v_taken;
    if v_entry.status = 'offered' then
      v_offered := v_offered || v_entry.id;
    end if;
  end loop;
  -- At the end, and for each entry a few times only: a long list would be written for every offer.
  update app_public.waiting_list_entries as w
  set times_passed = w.times_passed
    + (select count(*) from unnest(v_offered) as o (id) where o.id > w.id)
  where w.organization_id = (offer_places.sale).organization_id
    and w.performance_id = (offer_places.sale).performance_id
    and w.status = 'waiting'
    and w.is_accessible = offer_places.accessible
    and coalesce(w.ticket_category_id = v_category.id, true)
    and w.times_passed < c_passed
    and w.id < v_offered[cardinality(v_offered)]
    and w.ended_at is null;
  return cardinality(v_offered);
end
$$;

comment on function app_private.offer_places(
  app_private.sale, app_public.ticket_categories, boolean
) is
  'Offers the free places of a category to whoever waits for them; returns how many offers. As '
  'these are few at a time, it is asked again until there are none.';

--! split: 1005-functions-bookings-own_booking_ids.sql
-- For policies of what belongs to a booking: asked once per query, and without the policies of
-- bookings, which would be opened in every list that has such rows.
create or replace function app_hidden.own_booking_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select b.id
  from app_public.bookings as b
  where b.user_id = (select s.user_id from app_private.current_session as s)
  union all
  select b.id
  from app_public.bookings as b
  where b.cart_token_hash = (select app_hidden.current_cart_hash())
$$;

comment on function app_hidden.own_booking_ids() is
  'The bookings of the signed-in user, or of the cart token.';
grant execute on function app_hidden.own_booking_ids() to lml_anonymous, lml_user;

--! split: 1006-functions-bookings-serve_waiting_list.sql
-- One job at a time for a performance; another one finds nothing to do. Killed anywhere, nothing
-- was offered, and nobody was told.
create or replace function app_private.serve_waiting_list(performance_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_is_over boolean;
  v_sale app_private.sale;
  v_category app_public.ticket_categories;
  v_accessible boolean;
  v_offers integer := 0;
begin
  if not pg_try_advisory_xact_lock(
    hashtextextended('waiting list of ' || serve_waiting_list.performance_id, 0)
  ) then
    return 0;
  end if;
  v_is_over := app_private.close_waiting_list(serve_waiting_list.performance_id);
  begin
    v_sale := app_private.open_sale(serve_waiting_list.performance_id);
  exception
    -- Postponed, suspended, not open yet, or private by now: whoever waits keeps their place.
    when sqlstate 'LMEVT' or sqlstate 'LMSAL' or sqlstate 'LMNFD' then
      null;
  end;
  perform app_private.settle_waiting_offers(
    serve_waiting_list.performance_id, v_is_over or v_sale.performance_id is not null
  );
  if v_is_over or v_sale.performance_id is null then
    return 0;
  end if;
  if not (
    select e.has_waiting_list from app_public.events as e
    where e.organization_id = v_sale.organization_id and e.id = v_sale.event_id
  ) then
    return 0;
  end if;
  for v_category in select * from app_private.categories_on_sale(v_sale) loop
    foreach v_accessible in array array[false, true] loop
      v_offers := v_offers + app_private.offer_places(v_sale, v_category, v_accessible);
    end loop;
  end loop;
  return v_offers;
end
$$;

comment on function app_private.serve_waiting_list(uuid) is
  'Settles what was offered for a performance, and offers what is free now to whoever waits for '
  'it, in order, a few at a time; returns how many offers were made.';
grant execute on function app_private.serve_waiting_list(uuid) to lml_worker;

--! split: 1007-functions-bookings-settle_waiting_offers.sql
-- What became of an offer is what became of its booking. Whoever works on one of them at this
-- moment keeps it: the next job comes soon.
create or replace function app_private.settle_waiting_offers(
  performance_id uuid, is_on_sale boolean
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_found record;
begin
  for v_found in
    select w as entry, b as booking
    from app_public.waiting_list_entries as w
    join app_public.bookings as b on b.organization_id = w.organization_id and b.id = w.booking_id
    where w.performance_id = settle_waiting_offers.performance_id
      and w.status in ('gathering', 'offered')
      and (
        b.confirmed_at is not null
        or b.expires_at is null
        or b.expires_at <= now()
        or w.status = 'gathering' and b.status = 'draft'
          and app_private.has_gathered_long(b)
      )
    order by w.id
    for no key update of w, b skip locked
  loop
    if (v_found.booking).confirmed_at is not null then
      update app_public.waiting_list_entries as w
      set status = 'taken', ended_at = now()
      where w.id = (v_found.entry).id;
    elsif (v_found.booking).status = 'canceled' then
      update app_public.waiting_list_entries as w
      set status = 'left', ended_at = now()
      where w.id = (v_found.entry).id;
    elsif (v_found.entry).status = 'offered' and settle_waiting_offers.is_on_sale then
      update app_public.waiting_list_entries as w
      set status = 'lapsed', ended_at = now()
      where w.id = (v_found.entry).id;
      perform app_private.mail_waiting(v_found.entry, 'waiting_list_lapsed');
    else
      -- Who could not pay has not lost their turn.
      if (v_found.booking).expires_at > now() then
        perform app_private.close_booking(v_found.booking, null);
      end if;
      update app_public.waiting_list_entries as w
      set status = 'waiting', booking_id = null, gathered = 0, times_passed = 0
      where w.id = (v_found.entry).id;
    end if;
  end loop;
end
$$;

comment on function app_private.settle_waiting_offers(uuid, boolean) is
  'Ends offers that were taken or have run out, and gives back what was gathered in vain. '
  'What runs out while nothing is sold is waited for again.';

--! split: 1008-functions-privacy-is_somebody_elses.sql
-- Whoever checks out types any address. What was proven by a mailbox or an account, given by an
-- organization, or bought and sent by others, is not theirs to read or to have forgotten.
create or replace function app_private.is_somebody_elses(
  customer app_public.customers, user_id uuid
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select c.user_id <> is_somebody_elses.user_id
    or exists (
      select from app_public.bookings as b
      where b.organization_id = c.organization_id
        and b.customer_id = c.id
        and b.user_id is distinct from is_somebody_elses.user_id
    )
    or exists (
      select from app_public.waiting_list_entries as w
      where w.organization_id = c.organization_id
        and w.customer_id = c.id
        and w.user_id is distinct from is_somebody_elses.user_id
    )
    or exists (
      select from app_public.consents as s
      where s.organization_id = c.organization_id and s.customer_id = c.id
    )
    or exists (
      select from app_public.ticket_transfers as r
      where r.organization_id = c.organization_id
        and r.to_customer_id = c.id
        and r.from_user_id is distinct from is_somebody_elses.user_id
    )
    or exists (
      select from app_public.memberships as m
      where m.organization_id = c.organization_id and m.email operator(public.=) c.email
    )
    or exists (
      select from app_private.waiting_list_tokens as t
      where t.organization_id = c.organization_id and t.email operator(public.=) c.email
    )
    or exists (
      select from app_private.consent_tokens as t
      where t.organization_id = c.organization_id and t.email operator(public.=) c.email
    )
    or exists (
      select from app_public.users as u
      where u.id <> is_somebody_elses.user_id
        and u.email operator(public.=) c.email
        and u.email_verified_at is not null
    )
  from (select (is_somebody_elses.customer).*) as c
$$;

comment on function app_private.is_somebody_elses(app_public.customers, uuid) is
  'Whether anybody but an account has to do with the address that it gave to an organization.';

--! split: 1009-functions-privacy-person_of_user.sql
-- An account, and what was bought with it or under its address. An address counts once it is
-- proven: nobody may ask for a stranger's history by typing where that stranger reads mail.
create or replace function app_private.person_of_user(user_id uuid)
returns app_private.person
language sql stable security definer set search_path = ''
as $$
  with account as (
    select u.id, u.email, u.email_verified_at is not null as is_proven
    from app_public.users as u
    where u.id = person_of_user.user_id
  ),
  entries as (
    select c.id
    from app_public.customers as c, account as a
    where a.is_proven
      and (c.user_id = a.id or c.user_id is null and c.email operator(public.=) a.email)
    union
    -- Another address that only this account ever gave.
    select c.id
    from account as a
    join app_public.bookings as b on b.user_id = a.id
    join app_public.customers as c on c.organization_id = b.organization_id and c.id = b.customer_id
    where app_private.is_somebody_elses(c, a.id) is not true
  )
  select a.id,
    array(select e.id from entries as e order by e.id),
    array(
      select b.id from app_public.bookings as b where b.user_id = a.id
      union
      select b.id from app_public.bookings as b
      where b.customer_id in (select e.id from entries as e)
      order by 1
    ),
    case when a.is_proven then array[a.email] else '{}' end
  from account as a
$$;

comment on function app_private.person_of_user(uuid) is 'Everything that belongs to a user.';
