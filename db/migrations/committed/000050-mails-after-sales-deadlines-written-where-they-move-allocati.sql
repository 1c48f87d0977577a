--! Previous: sha1:7dd8f822869a47bb516bf7069dac2e16cb021d3e
--! Hash: sha1:b3f4b69bc359ef74179ab7bb600c8c62e73b3701
--! Message: Mails after sales, deadlines written where they move, allocations that get back what is not bought

--! split: 010-mail.sql
-- What was sold is told to whoever it is for by the worker: the sale itself writes one row. Without
-- a foreign key, as its check would be the dearer half: a booking is never deleted, and a row
-- lives for a minute.
create table app_private.booking_confirmations (
  booking_id uuid primary key,
  created_at timestamptz not null default now()
);
comment on table app_private.booking_confirmations is
  'Bookings that were sold, of which nobody is mailed yet.';
comment on column app_private.booking_confirmations.booking_id is 'Which booking.';
comment on column app_private.booking_confirmations.created_at is 'When it was sold.';

-- Asking writes this row whatever is known, and the worker looks: so asking tells nothing, and
-- takes as long.
create table app_private.booking_link_requests (
  id uuid primary key default uuidv7(),
  booking_reference text not null,
  email public.citext not null,
  created_at timestamptz not null default now(),
  constraint booking_link_requests_reference_is_short
    check (length(booking_reference) between 1 and 40),
  constraint booking_link_requests_email_has_two_sides
    check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 320)
);
comment on table app_private.booking_link_requests is
  'Who asked for a link to a booking, until the worker has looked for it.';
comment on column app_private.booking_link_requests.id is 'Identifier.';
comment on column app_private.booking_link_requests.booking_reference is 'The reference they gave.';
comment on column app_private.booking_link_requests.email is 'The address they gave.';
comment on column app_private.booking_link_requests.created_at is 'When they asked.';

insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
values (
  'booking_link_requests', 'Requests for links to bookings that no worker could look for.',
  'app_private.booking_link_requests', 'delete', '7 days', 't.created_at', 'true'
);

-- What was told of sales by other templates, and is still to be sent.
update app_private.outgoing_emails as e
set template = 'booking_confirmed',
  variables = e.variables || jsonb_build_object(
    'payment', case e.template
      when 'booking_invoiced' then 'invoice' when 'booking_accepted' then 'free' else 'paid'
    end
  )
where e.sent_at is null
  and e.template in ('booking_sold', 'booking_invoiced', 'booking_accepted', 'booking_charged');

--! split: 030-tidy.sql
-- What a booking holds of allocations: it goes back there when it is not bought.
create table app_private.allocation_holds (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  seat_allocation_id uuid,
  admission_allocation_id uuid,
  seat_ids text[] not null default '{}',
  places integer not null default 0,
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (seat_allocation_id, organization_id)
    references app_public.seat_allocations (id, organization_id) on delete restrict,
  foreign key (admission_allocation_id, organization_id)
    references app_public.admission_allocations (id, organization_id) on delete restrict,
  constraint allocation_holds_one_allocation
    check (num_nonnulls(seat_allocation_id, admission_allocation_id) = 1),
  constraint allocation_holds_seats_or_places check (
    places >= 0
    and (seat_allocation_id is not null or seat_ids = '{}')
    and (admission_allocation_id is not null or places = 0)
  )
);
create index allocation_holds_booking_id_idx
  on app_private.allocation_holds (booking_id, organization_id);
create index allocation_holds_seat_allocation_id_idx
  on app_private.allocation_holds (seat_allocation_id, organization_id);
create index allocation_holds_admission_allocation_id_idx
  on app_private.allocation_holds (admission_allocation_id, organization_id);

comment on table app_private.allocation_holds is
  'What a booking was given of an allocation, and has not given back.';
comment on column app_private.allocation_holds.id is 'Identifier.';
comment on column app_private.allocation_holds.organization_id is 'Who sells.';
comment on column app_private.allocation_holds.booking_id is 'Which booking.';
comment on column app_private.allocation_holds.seat_allocation_id is 'Of which seats.';
comment on column app_private.allocation_holds.admission_allocation_id is 'Of which places.';
comment on column app_private.allocation_holds.seat_ids is
  'The seats, by the ids that they keep in every version of a layout.';
comment on column app_private.allocation_holds.places is 'How many places.';

--! split: 070-lead.sql
-- One deadline is enough for a buyer who does not linger: who checks out within five minutes has
-- the ten minutes to pay that are promised, and no seat is written again. The longest a hold lasts
-- without being extended stays as it was, 25 minutes.
alter table app_public.organization_settings
  alter column hold_seconds set default 900,
  alter column checkout_seconds set default 600;
comment on column app_public.organization_settings.checkout_seconds is
  'How long a hold lasts at least from the start of its checkout.';

--! split: 077-own-bookings-as-one-array.sql
-- own_booking_ids returns an array now, which "create or replace" cannot change.
drop policy select_own on app_public.booking_items;
drop policy select_own on app_public.tickets;
drop function app_hidden.own_booking_ids();

--! split: 1000-functions-identity-free_address.sql
-- Whoever calls this has proven the address, and may be somebody else than had it before: mailboxes
-- are given to new people. What was bought and written under it until the account was closed stays
-- with that account, and is erased with it. What came afterwards is the new owner's, like whatever
-- a guest bought.
create or replace function app_private.free_address(email text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_email public.citext := free_address.email::public.citext;
  v_user app_public.users;
  v_closed public.citext;
begin
  select * into v_user
  from app_public.users as u
  where u.email operator(public.=) v_email and u.account_status = 'deleted';
  if not found then
    return;
  end if;
  v_closed := ('closed+' || v_user.id || '@closed.invalid')::public.citext;
  -- Before the account, as everywhere.
  perform from app_public.bookings as b
  join app_public.customers as c
    on c.organization_id = b.organization_id and c.id = b.customer_id
  where c.email operator(public.=) v_email
  order by b.id
  for no key update of b;
  update app_public.users as u set email = v_closed where u.id = v_user.id;
  perform app_private.leave_customer_behind(c, v_user, v_closed)
  from app_public.customers as c
  where c.email operator(public.=) v_email
  order by c.id;
  update app_private.outgoing_emails as e
  set recipient = v_closed
  where e.recipient operator(public.=) v_email and e.created_at <= v_user.updated_at
    and e.sent_at is not null;
  update app_public.ticket_transfers as r
  set to_email = v_closed
  where r.to_email operator(public.=) v_email and r.ended_at <= v_user.updated_at;
  update app_public.ticket_attendees as a
  set email = v_closed
  where a.email operator(public.=) v_email and a.created_at <= v_user.updated_at;
end
$$;

comment on function app_private.free_address(text) is
  'Takes an address from an account that is closed, for whoever has just proven that it is theirs.';

--! split: 1001-functions-identity-leave_customer_behind.sql
-- Guests who came between are not of the account: they get an entry of their own.
create or replace function app_private.leave_customer_behind(
  customer app_public.customers, closed app_public.users, address public.citext
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_customer app_public.customers := leave_customer_behind.customer;
  v_later_id uuid;
begin
  update app_public.customers as c
  set user_id = (leave_customer_behind.closed).id, email = leave_customer_behind.address
  where c.id = v_customer.id;
  if not exists (
    select from app_public.bookings as b
    where b.organization_id = v_customer.organization_id and b.customer_id = v_customer.id
      and b.user_id is distinct from (leave_customer_behind.closed).id
      and b.created_at > (leave_customer_behind.closed).updated_at
  ) and not exists (
    select from app_public.waiting_list_entries as w
    where w.organization_id = v_customer.organization_id and w.customer_id = v_customer.id
      and w.created_at > (leave_customer_behind.closed).updated_at
  ) then
    return;
  end if;
  v_later_id := app_private.find_or_create_customer(
    v_customer.organization_id, null, v_customer.email::text, null, null, null
  );
  update app_public.bookings as b
  set customer_id = v_later_id
  where b.organization_id = v_customer.organization_id and b.customer_id = v_customer.id
    and b.user_id is distinct from (leave_customer_behind.closed).id
    and b.created_at > (leave_customer_behind.closed).updated_at;
  update app_public.waiting_list_entries as w
  set customer_id = v_later_id
  where w.organization_id = v_customer.organization_id and w.customer_id = v_customer.id
    and w.created_at > (leave_customer_behind.closed).updated_at;
end
$$;

comment on function app_private.leave_customer_behind(
  app_public.customers, app_public.users, public.citext
) is
  'Gives what an organization knows of an address, until an account with it was closed, to that '
  'account.';

--! split: 1002-functions-identity-mail_sparingly.sql
create or replace function app_private.mail_sparingly(
  recipient text, template text, variables jsonb, organization_id uuid, templates text[]
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not app_private.may_mail(mail_sparingly.recipient, mail_sparingly.templates) then
    return false;
  end if;
  perform app_private.queue_email(
    mail_sparingly.recipient, mail_sparingly.template, mail_sparingly.variables,
    mail_sparingly.organization_id
  );
  return true;
end
$$;

comment on function app_private.mail_sparingly(text, text, jsonb, uuid, text[]) is
  'Has a mail sent that anybody may ask for, unless the mailbox had one of these templates lately. '
  'Returns whether; the caller then lets go of the token that nobody got, and answers all alike.';

--! split: 1003-functions-identity-require_living_session.sql
-- Reading with a session that has ended is reading as nobody, which is right for a page. Whoever is
-- told something for as long as they listen must learn that it is no longer they who listen.
create or replace function app_hidden.require_living_session()
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if nullif(current_setting('lml.session_token', true), '') is null then
    return;
  end if;
  -- Only users may ask for the scanner.
  if app_hidden.current_user_id() is null and app_hidden.current_device_id() is null then
    raise exception 'Your session has ended.'
      using errcode = 'LMSES', hint = 'Sign in again.';
  end if;
end
$$;

comment on function app_hidden.require_living_session() is
  'Raises LMSES when a token came with the request that is no longer, or never was, that of a '
  'session or scanner.';
grant execute on function app_hidden.require_living_session() to lml_anonymous, lml_user;

--! split: 1004-functions-events-cancel_booking_of.sql
-- A booking with which somebody was let in is not ended by itself: what they are owed is for a
-- person to decide. Nobody can come with its other tickets any more.
create or replace function app_private.cancel_booking_of(
  cancellation app_public.event_cancellations, booking app_public.bookings
)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
begin
  begin
    perform app_private.end_booking(
      cancel_booking_of.booking, (cancel_booking_of.cancellation).reason, 'event_canceled'
    );
    return null;
  exception
    when sqlstate 'LMTUS' then
      perform app_private.return_unused_tickets(
        cancel_booking_of.booking, 'event_canceled', (cancel_booking_of.cancellation).reason
      );
      return sqlstate;
  end;
exception
  when others then
    -- A constraint that keeps one booking from ending keeps no other one.
    if sqlstate !~ '^(LM|23)' then
      raise;
    end if;
    return sqlstate;
end
$$;

comment on function app_private.cancel_booking_of(
  app_public.event_cancellations, app_public.bookings
) is
  'Ends and refunds a locked booking of a cancellation, or those of its tickets that nobody has '
  'come with; returns the code of what is left for a person, null: nothing.';

--! split: 1005-functions-events-cancel_bookings_of.sql
-- A batch of a cancellation, in one transaction: killed anywhere, it is done again or was done.
-- What cannot be ended is written down for a person, and not tried again, also what only a
-- constraint refuses: all the others would wait for it.
create or replace function app_private.cancel_bookings_of(
  cancellation_id uuid, batch_limit integer default 100
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cancellation app_public.event_cancellations;
  v_booking app_public.bookings;
  v_canceled integer := 0;
  v_failed integer := 0;
  v_code text;
begin
  select * into strict v_cancellation
  from app_public.event_cancellations as c where c.id = cancel_bookings_of.cancellation_id
  for no key update;
  if v_cancellation.completed_at is not null then
    return 0;
  end if;
  for v_booking in
    select b.*
    from app_public.performances as p
    join app_public.bookings as b
      on b.organization_id = p.organization_id and b.performance_id = p.id
    where p.organization_id = v_cancellation.organization_id
      and p.event_id = v_cancellation.event_id
      and (
        p.id = coalesce(v_cancellation.performance_id, p.id)
        and p.status = 'canceled'
        and (app_private.is_open(b.status) or b.status in ('partially_paid', 'confirmed'))
        -- Whoever was choosing a pass, or paying for it, at the moment in which it lost this date.
        or p.id in (select app_private.passes_for(v_cancellation.performance_id))
        and (
          app_private.is_open(b.status) and app_private.has_lost_date(b)
          or b.status in ('partially_paid', 'confirmed')
          and b.id = any (v_cancellation.being_served)
        )
      )
      and not exists (
        select from app_public.event_cancellation_failures as f
        where f.organization_id = b.organization_id and f.booking_id = b.id
          and f.cancellation_id = v_cancellation.id
      )
    order by b.id
    limit cancel_bookings_of.batch_limit
    for no key update of b
  loop
    v_code := app_private.cancel_booking_of(v_cancellation, v_booking);
    if v_code is null then
      v_canceled := v_canceled + 1;
    else
      insert into app_public.event_cancellation_failures (
        cancellation_id, booking_id, organization_id, code
      )
      values (v_cancellation.id, v_booking.id, v_booking.organization_id, v_code);
      perform app_private.raise_payment_finding(
        'cancellation_left_booking', v_booking.id::text, v_booking.organization_id, v_booking.id,
        jsonb_build_object('code', v_code, 'cancellation_id', v_cancellation.id)
      );
      v_failed := v_failed + 1;
    end if;
  end loop;
  update app_public.event_cancellations as c
  set bookings_canceled = c.bookings_canceled + v_canceled,
    bookings_failed = c.bookings_failed + v_failed,
    completed_at = case when v_canceled + v_failed = 0 then now() end
  where c.id = v_cancellation.id;
  return v_canceled + v_failed;
end
$$;

comment on function app_private.cancel_bookings_of(uuid, integer) is
  'Ends and refunds the next bookings of a cancellation; returns how many, 0 when it is done.';
grant execute on function app_private.cancel_bookings_of(uuid, integer) to lml_worker;

--! split: 1006-functions-events-place_words.sql
create or replace function app_private.place_words(performance_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'venue', nullif(concat_ws(
      ', ', v.name, v.address ->> 'street',
      nullif(concat_ws(' ', v.address ->> 'postal_code', v.address ->> 'city'), ''),
      v.address ->> 'country'
    ), ''),
    'isOnline', e.format <> 'physical',
    'pass', p.pass_name,
    'dates', (
      select jsonb_agg(
        app_hidden.local_time(date.starts_at, app_hidden.timezone_of(e)) order by date.starts_at
      )
      from app_public.pass_dates as d
      join app_public.performances as date
        on date.organization_id = d.organization_id and date.id = d.performance_id
      where d.organization_id = p.organization_id
        and d.pass_id = p.id
        and date.status <> 'canceled'
    )
  ))
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  left join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
  where p.id = place_words.performance_id
$$;

comment on function app_private.place_words(uuid) is
  'What mails say of where a performance is, and of the dates of a pass.';

--! split: 1007-functions-events-publish_event.sql
create or replace function app_public.publish_event(event_id uuid)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
  v_event app_public.events;
  v_performance_id uuid;
begin
  -- A stranger makes nobody wait.
  select * into v_event from app_public.events as e where e.id = publish_event.event_id;
  perform app_hidden.require_venue_permission(
    v_event.organization_id, v_event.venue_id, 'events.manage'
  );
  -- Before the event, as whoever suspends an organization does.
  select * into v_organization
  from app_public.organizations as o where o.id = v_event.organization_id
  for no key update of o;
  v_event := app_private.lock_event(publish_event.event_id, 'events.manage');
  if v_event.status = 'published' then
    return v_event;
  end if;
  if v_event.status <> 'draft' then
    raise exception 'The event is %.', v_event.status
      using errcode = 'LMEVT', detail = v_event.id::text;
  end if;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  perform app_private.require_event_limit(v_event.organization_id);
  if not exists (
    select from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
  ) then
    raise exception 'The event has no performance.'
      using errcode = 'LMPUB', hint = 'Add one with create_performance.';
  end if;
  -- It would be completed at once, or never, and count in its month all the same.
  if not exists (
    select from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      and p.status <> 'canceled' and coalesce(p.ends_at, p.starts_at) > now()
  ) then
    raise exception 'All performances of the event are over or canceled.'
      using errcode = 'LMPUB', hint = 'Give it a date that is still to come.';
  end if;

  for v_performance_id in
    select p.id from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      -- What was entered by mistake needs no prices.
      and p.status <> 'canceled'
    order by p.id
  loop
    perform app_private.create_inventory(v_performance_id);
  end loop;

  update app_public.events as e
  set status = 'published', published_at = now()
  where e.id = v_event.id
  returning * into v_event;
  return v_event;
end
$$;

comment on function app_public.publish_event(uuid) is
  'Creates the inventory of every performance and opens the event to the public; publishing a '
  'published event changes nothing. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMORG (the organization is suspended), LMLIM (the plan''s limit), '
  'LMPUB (no performance that is still to come, or a seat without exactly one category).';
grant execute on function app_public.publish_event(uuid) to lml_user;

--! split: 1008-functions-inventory-add_add_on_codes.sql
-- The codes are the stock: what is sold beyond them would have none.
create or replace function app_public.add_add_on_codes(add_on_id uuid, codes text[])
returns app_public.add_on_count
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_digital_add_on(add_add_on_codes.add_on_id);
  v_is_first boolean;
  v_new integer;
  v_constraint text;
  v_column text;
begin
  if not v_add_on.is_limited then
    raise exception 'There is no end of this add-on, but there is one of codes.'
      using errcode = 'LMINP', detail = 'add_on_id', hint = 'Make another one with a stock.';
  end if;
  if coalesce(cardinality(add_add_on_codes.codes), 0) not between 1 and 10000 then
    raise exception 'Add 1 to 10,000 codes at a time.' using errcode = 'LMINP', detail = 'codes';
  end if;
  perform from app_private.add_on_counters as s where s.add_on_id = v_add_on.id
  for no key update;
  v_is_first := not app_private.has_codes(v_add_on);
  insert into app_private.add_on_codes (organization_id, add_on_id, code)
  select v_add_on.organization_id, v_add_on.id, btrim(u.code)
  from unnest(add_add_on_codes.codes) with ordinality as u (code, no)
  order by u.no
  on conflict on constraint add_on_codes_code_is_unique do nothing;
  get diagnostics v_new = row_count;
  if v_is_first then
    perform app_private.require_stock_of(v_add_on.id, v_new);
  end if;
  update app_private.add_on_counters as s
  set total = v_new + case when v_is_first then 0 else s.total end
  where s.add_on_id = v_add_on.id;
  return app_private.add_on_count_of(v_add_on.id);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.add_add_on_codes(uuid, text[]) is
  'Adds codes of which buyers of a digital add-on get one for each unit; those that are in the '
  'list already are left out. From the first ones on they are its stock. Nobody reads them but '
  'who has paid, by open_add_on. Needs events.manage. Raises LMCAP (more are held and sold than '
  'the first codes), LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.add_add_on_codes(uuid, text[]) to lml_user;

--! split: 1009-functions-inventory-best_window.sql
-- Of all places in a run where the seats fit, the one that strands the fewest single seats, then
-- the most central one. Only the edges of a gap and its middle can be that.
create or replace function app_private.best_window(
  run app_private.seat_runs, quantity integer,
  out first_seat_no integer, out stranded integer, out longest integer, out longest_after integer
)
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_free integer[];
  v_from integer;
  v_to integer;
  v_place integer;
  v_distance integer;
  v_best_distance integer;
  v_stranded integer;
  v_length integer;
  v_chosen_length integer := 0;
  v_second integer := 0;
begin
  v_free := array(
    select s.seat_no
    from app_public.seat_booking_state as s
    where s.organization_id = (best_window.run).organization_id
      and s.performance_id = (best_window.run).performance_id
      and s.seat_no between (best_window.run).first_seat_no and (best_window.run).last_seat_no
      and s.category_no = (best_window.run).category_no
      and app_private.is_free(s.status, s.locked_until)
    order by s.seat_no
  );
  longest := 0;
  longest_after := 0;
  for i in 1 .. cardinality(v_free) loop
    if v_from is null then
      v_from := v_free[i];
    end if;
    continue when v_free[i + 1] = v_free[i] + 1;
    -- The gap ends here.
    v_to := v_free[i];
    v_length := v_to - v_from + 1;
    v_second := greatest(v_second, least(longest, v_length));
    longest := greatest(longest, v_length);
    if v_length >= best_window.quantity then
      v_place := greatest(v_from, least(
        (best_window.run).central_seat_no - (best_window.quantity - 1) / 2,
        v_to - best_window.quantity + 1
      ));
      foreach v_place in array array[
        v_place, v_place - 1, v_place + 1, v_from, v_to - best_window.quantity + 1
      ] loop
        continue when v_place < v_from or v_place + best_window.quantity - 1 > v_to;
        v_stranded := (v_place - v_from = 1)::integer
          + (v_to - v_place - best_window.quantity = 0)::integer;
        v_distance := abs(
          2 * v_place + best_window.quantity - 1 - 2 * (best_window.run).central_seat_no
        );
        if first_seat_no is null or (v_stranded, v_distance) < (stranded, v_best_distance) then
          first_seat_no := v_place;
          stranded := v_stranded;
          v_best_distance := v_distance;
          longest_after := greatest(
            v_place - v_from, v_to - v_place - best_window.quantity + 1
          );
          v_chosen_length := v_length;
        end if;
      end loop;
    end if;
    v_from := null;
  end loop;
  longest_after := greatest(
    longest_after, case when v_chosen_length = longest then v_second else longest end
  );
end
$$;

comment on function app_private.best_window(app_private.seat_runs, integer) is
  'Where in a run as many seats are free side by side, how many single seats they would strand, '
  'and the longest gap before and after.';

--! split: 1010-functions-inventory-check_seat_belongs_to_its_booking.sql
create or replace function app_private.check_seat_belongs_to_its_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'seat_belongs_to_its_booking', s.organization_id, s.booking_id,
    format('seat %s of performance %s is not on a line of its booking', s.seat_no, s.performance_id)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where app_private.is_sold_or_held(s.status, s.locked_until)
    and not (
      b.performance_id = s.performance_id
      and (app_private.is_open(b.status) or app_private.is_sold(b.status))
      and exists (
        select from app_public.booking_items as i
        where i.organization_id = b.organization_id
          and i.booking_id = b.id
          and s.seat_no = any (i.seat_nos)
      )
    )
$$;

comment on function app_private.check_seat_belongs_to_its_booking() is
  'A seat that is held or sold to a booking that does not have it on a line.';

--! split: 1011-functions-inventory-check_seat_is_held_as_long_as_its_booking.sql
create or replace function app_private.check_seat_is_held_as_long_as_its_booking()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'seat_is_held_as_long_as_its_booking', s.organization_id, s.booking_id,
    format('seat %s is held until %s, not until %s', s.seat_no, s.locked_until, b.expires_at)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where s.status = 'locked'
    and app_private.is_open(b.status)
    and s.locked_until <> b.expires_at
    -- What is of an allocation goes back there by the sweep, and to nobody by itself.
    and not (
      s.locked_until = 'infinity'
      and exists (
        select from app_private.allocation_holds as h
        where h.organization_id = b.organization_id and h.booking_id = b.id
      )
    )
$$;

comment on function app_private.check_seat_is_held_as_long_as_its_booking() is
  'A seat that is held longer than its booking, or shorter.';

--! split: 1012-functions-inventory-count_free_seats.sql
create or replace function app_private.count_free_seats(
  sale app_private.sale, category_no smallint, accessible boolean
)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select count(*)::integer
  from app_private.free_seats_of(
    count_free_seats.sale, count_free_seats.category_no, count_free_seats.accessible
  )
$$;

comment on function app_private.count_free_seats(app_private.sale, smallint, boolean) is
  'How many seats of a category are free now, for wheelchair users or for others.';

--! split: 1013-functions-inventory-count_sold.sql
-- A seat that is kept back is neither sold nor for sale. A pool that categories share counts for
-- each of them, and once for the performance; a pool inside another one is part of it.
create or replace function app_private.count_sold(performance_id uuid, organization_id uuid)
returns app_private.sold_shares
language sql stable security definer set search_path = ''
as $$
  with seats as (
    select
      c.ticket_category_id,
      count(*) filter (where app_private.is_sold_or_held(s.status, s.locked_until)) as sold,
      count(*) as capacity
    from app_public.seat_booking_state as s
    join app_public.performance_categories as c
      on c.organization_id = s.organization_id
      and c.performance_id = s.performance_id
      and c.category_no = s.category_no
    where s.organization_id = count_sold.organization_id
      and s.performance_id = count_sold.performance_id
      and s.status not in ('blocked', 'reserved')
    group by c.ticket_category_id
  ),
  pools as (
    select
      p.id, p.parent_pool_id, p.capacity, (
        select coalesce(sum(k.quantity), 0)
        from app_private.admission_claims as k
        where k.organization_id = p.organization_id
          and k.pool_id = p.id
          and (k.held_until is null or k.held_until > now())
      ) as sold
    from app_public.admission_pools as p
    where p.organization_id = count_sold.organization_id
      and p.performance_id = count_sold.performance_id
  ),
  parts as (
    select s.ticket_category_id, s.sold, s.capacity from seats as s
    union all
    select c.ticket_category_id, p.sold, p.capacity
    from pools as p
    join app_public.admission_pool_categories as c
      on c.organization_id = count_sold.organization_id and c.pool_id = p.id
  ),
  categories as (
    select
      p.ticket_category_id, 100.0 * sum(p.sold) / greatest(sum(p.capacity), 1) as share
    from parts as p
    group by p.ticket_category_id
  ),
  whole as (
    select coalesce(100.0 * sum(w.sold) / greatest(sum(w.capacity), 1), 0) as share
    from (
      select s.sold, s.capacity from seats as s
      union all
      select p.sold, p.capacity from pools as p where p.parent_pool_id is null
    ) as w
  )
  select
    count_sold.performance_id, count_sold.organization_id,
    coalesce(array_agg(c.ticket_category_id order by c.ticket_category_id), '{}'),
    coalesce(array_agg(c.share order by c.ticket_category_id), '{}'),
    (select w.share from whole as w), now()
  from categories as c
$$;

comment on function app_private.count_sold(uuid, uuid) is
  'Percent sold or held of a performance and of its categories, counted now.';

--! split: 1014-functions-inventory-follow_seat_map.sql
-- Asked for each listener, as that listener, whenever something may be new.
create or replace function app_hidden.follow_seat_map(performance_id uuid, since text)
returns app_public.seat_map_changes
language plpgsql stable set search_path = ''
as $$
declare
  v_changes app_public.seat_map_changes;
begin
  perform app_hidden.require_living_session();
  v_changes := app_public.seat_map_changes(
    follow_seat_map.performance_id, follow_seat_map.since
  );
  if v_changes.performance_id is null then
    raise exception 'There is no such performance, or it is not for you.'
      using errcode = 'LMNFD', detail = format('%s', follow_seat_map.performance_id);
  end if;
  -- Whoever has to read the whole map reads one that is at least as new.
  v_changes.version := coalesce(v_changes.version, app_hidden.map_version());
  v_changes.seat_nos := coalesce(v_changes.seat_nos, '{}');
  v_changes.availability := coalesce(v_changes.availability, '');
  return v_changes;
end
$$;

comment on function app_hidden.follow_seat_map(uuid, text) is
  'What is new on a map since a version, with a version to go on from in any case. Raises LMNFD '
  'when there is no such performance, or not for you; LMSES; LMINP for a version that is none.';
grant execute on function app_hidden.follow_seat_map(uuid, text) to lml_anonymous, lml_user;

--! split: 1015-functions-inventory-free_seats_of.sql
-- Becomes a part of the statement that asks, as is_free does.
create or replace function app_private.free_seats_of(
  sale app_private.sale, category_no smallint, accessible boolean
)
returns table (first_seat_no integer, seat_no integer)
language sql stable
as $$
  select r.first_seat_no, s.seat_no
  from app_private.seat_runs as r
  join app_public.seat_booking_state as s
    on s.organization_id = r.organization_id
    and s.performance_id = r.performance_id
    and s.seat_no between r.first_seat_no and r.last_seat_no
    and s.category_no = r.category_no
    and app_private.is_free(s.status, s.locked_until)
  where r.organization_id = (free_seats_of.sale).organization_id
    and r.performance_id = (free_seats_of.sale).performance_id
    and r.category_no = free_seats_of.category_no
    and r.is_accessible = free_seats_of.accessible
$$;

comment on function app_private.free_seats_of(app_private.sale, smallint, boolean) is
  'The seats of a category that are free now, each with the first seat of its run, for wheelchair '
  'users or for others.';

--! split: 1016-functions-inventory-gather_seats.sql
-- Single seats, the best first. The block lets go of a part that is not enough. The seats of
-- free_seats_of stand here again, because what a function returns cannot be locked.
create or replace function app_private.gather_seats(
  sale app_private.sale, category_no smallint, quantity integer, accessible boolean
)
returns integer[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seat_nos integer[];
  v_free integer;
begin
  v_free := app_private.count_free_seats(
    gather_seats.sale, gather_seats.category_no, gather_seats.accessible
  );
  if v_free < gather_seats.quantity then
    perform app_private.raise_few_left(v_free);
  end if;
  begin
    v_seat_nos := array(
      select s.seat_no
      from app_private.seat_runs as r
      join app_public.seat_booking_state as s
        on s.organization_id = r.organization_id
        and s.performance_id = r.performance_id
        and s.seat_no between r.first_seat_no and r.last_seat_no
        and s.category_no = r.category_no
        and app_private.is_free(s.status, s.locked_until)
      where r.organization_id = (gather_seats.sale).organization_id
        and r.performance_id = (gather_seats.sale).performance_id
        and r.category_no = gather_seats.category_no
        and r.is_accessible = gather_seats.accessible
      order by r.run_no, s.seat_no
      limit gather_seats.quantity
      for no key update of s skip locked
    );
    if cardinality(v_seat_nos) = gather_seats.quantity then
      return v_seat_nos;
    end if;
    raise exception 'Others are at the last seats.' using errcode = 'LMBSY';
  exception
    when sqlstate 'LMBSY' then
      return null;
  end;
end
$$;

comment on function app_private.gather_seats(app_private.sale, smallint, integer, boolean) is
  'As many free seats as wanted, wherever they are, locked; null when somebody is at some of them. '
  'Raises LMFEW.';

--! split: 1017-functions-inventory-has_codes.sql
-- The codes say what has left the house, and what has not is there to be sold again.
create or replace function app_private.has_codes(add_on app_public.add_ons)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_private.add_on_codes as c
    where c.organization_id = (has_codes.add_on).organization_id
      and c.add_on_id = (has_codes.add_on).id
  )
$$;

comment on function app_private.has_codes(app_public.add_ons) is
  'Whether each unit of an add-on has a code.';

--! split: 1018-functions-inventory-is_free.sql
-- Needs neither a pinned path nor other rights, so that the planner puts its body in its place: the
-- plans are those of the condition written out. take_seats alone has it written out.
create or replace function app_private.is_free(
  status app_public.seat_status, locked_until timestamptz
)
returns boolean
language sql stable
return is_free.status = 'available'
  or (is_free.status = 'locked' and is_free.locked_until <= now());

comment on function app_private.is_free(app_public.seat_status, timestamptz) is
  'Whether a seat can be held now: it is available, or the deadline of its hold has passed.';

--! split: 1019-functions-inventory-is_sold_or_held.sql
-- Becomes a part of the statement that asks, as is_free does.
create or replace function app_private.is_sold_or_held(
  status app_public.seat_status, locked_until timestamptz
)
returns boolean
language sql stable
return is_sold_or_held.status = 'booked'
  or (is_sold_or_held.status = 'locked' and is_sold_or_held.locked_until > now());

comment on function app_private.is_sold_or_held(app_public.seat_status, timestamptz) is
  'Whether somebody has a seat now: it is sold, or held until later.';

--! split: 1020-functions-inventory-keep_back.sql
create or replace function app_private.keep_back(
  allocation app_public.seat_allocations, performance app_public.performances, seat_ids text[]
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_seat_nos integer[] := app_private.seat_nos_of(keep_back.performance, keep_back.seat_ids);
  v_taken integer[];
begin
  with kept as (
    update app_public.seat_booking_state as s
    set status = case (keep_back.allocation).kind
        when 'blocked' then 'blocked' else 'reserved' end::app_public.seat_status,
      booking_id = null, locked_until = null
    where s.organization_id = (keep_back.performance).organization_id
      and s.performance_id = (keep_back.performance).id
      and s.seat_no = any (v_seat_nos)
      and app_private.is_free(s.status, s.locked_until)
    returning s.seat_no
  ),
  noted as (
    insert into app_public.seat_allocation_seats (
      organization_id, performance_id, seat_no, allocation_id
    )
    select
      (keep_back.performance).organization_id, (keep_back.performance).id, k.seat_no,
      (keep_back.allocation).id
    from kept as k
  )
  select array(select n from unnest(v_seat_nos) as n except select k.seat_no from kept as k)
  into v_taken;
  if v_taken <> '{}' then
    raise exception 'Some of the seats are not free.'
      using errcode = 'LMTKN',
        detail = jsonb_build_object('seat_ids', (
          select jsonb_agg(l.seat_id order by l.seat_no)
          from app_public.layout_seats as l
          where l.organization_id = (keep_back.performance).organization_id
            and l.layout_id = (keep_back.performance).layout_id
            and l.seat_no = any (v_taken)
        ))::text,
        hint = 'Nothing was kept back.';
  end if;
  perform app_private.note_seats_changed((keep_back.performance).id, v_seat_nos);
end
$$;

comment on function app_private.keep_back(
  app_public.seat_allocations, app_public.performances, text[]
) is 'Gives seats to an allocation. Raises LMTKN, LMSEA, LMSDP, LMQTY.';

--! split: 1021-functions-inventory-lock_free_seats.sql
create or replace function app_private.lock_free_seats(
  sale app_private.sale, category_no smallint, seat_nos integer[]
)
returns integer
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_count integer;
begin
  select count(*) into v_count
  from (
    select
    from app_public.seat_booking_state as s
    where s.organization_id = (lock_free_seats.sale).organization_id
      and s.performance_id = (lock_free_seats.sale).performance_id
      and s.seat_no = any (lock_free_seats.seat_nos)
      and s.category_no = lock_free_seats.category_no
      and app_private.is_free(s.status, s.locked_until)
    for no key update skip locked
  ) as s;
  return v_count;
end
$$;

comment on function app_private.lock_free_seats(app_private.sale, smallint, integer[]) is
  'Locks seats that are free and that nobody is at; returns how many.';

--! split: 1022-functions-inventory-map_version.sql
create or replace function app_hidden.map_version()
returns text
language sql stable
return concat_ws(
  '/', (extract(epoch from now()) * 1000000)::bigint, pg_current_snapshot()
);

comment on function app_hidden.map_version() is
  'What is seen now: when holds are judged, and which transactions.';
grant execute on function app_hidden.map_version() to lml_anonymous, lml_user;

--! split: 1023-functions-inventory-note_gaps.sql
-- A run that somebody is at keeps its hint: whoever is at it writes the right one.
create or replace function app_private.note_gaps(
  sale app_private.sale, category_no smallint, quantity integer, accessible boolean
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_found boolean;
begin
  with seats as (
    select
      s.first_seat_no, s.seat_no,
      s.seat_no - row_number() over (order by s.seat_no) as gap_no
    from app_private.free_seats_of(
      note_gaps.sale, note_gaps.category_no, note_gaps.accessible
    ) as s
  ),
  gaps as (
    select g.first_seat_no, max(g.length) as longest
    from (
      select s.first_seat_no, count(*) as length
      from seats as s
      group by s.first_seat_no, s.gap_no
    ) as g
    group by g.first_seat_no
  ),
  wrong as (
    select r.first_seat_no, coalesce(g.longest, 0) as longest
    from app_private.seat_runs as r
    left join gaps as g on g.first_seat_no = r.first_seat_no
    where r.organization_id = (note_gaps.sale).organization_id
      and r.performance_id = (note_gaps.sale).performance_id
      and r.category_no = note_gaps.category_no
      and r.is_accessible = note_gaps.accessible
      and (r.longest >= note_gaps.quantity)
        <> (coalesce(g.longest, 0) >= note_gaps.quantity)
    for no key update of r skip locked
  ),
  corrected as (
    update app_private.seat_runs as r
    set longest = w.longest
    from wrong as w
    where r.organization_id = (note_gaps.sale).organization_id
      and r.performance_id = (note_gaps.sale).performance_id
      and r.first_seat_no = w.first_seat_no
  )
  select coalesce(max(g.longest) >= note_gaps.quantity, false) into v_found from gaps as g;
  return v_found;
end
$$;

comment on function app_private.note_gaps(app_private.sale, smallint, integer, boolean) is
  'Whether as many seats are free side by side anywhere; corrects hints that say otherwise.';

--! split: 1024-functions-inventory-seat_letter.sql
-- The most frequent first: a map asks for each of its seats.
create or replace function app_hidden.seat_letter(
  status app_public.seat_status, locked_until timestamptz
)
returns text
language sql stable
return case seat_letter.status
  when 'available' then 'a'
  when 'booked' then 'b'
  when 'reserved' then 'r'
  when 'locked' then case when seat_letter.locked_until <= now() then 'a' else 'l' end
  else 'x'
end;

comment on function app_hidden.seat_letter(app_public.seat_status, timestamptz) is
  'A seat in a map: a available, l locked, b booked, r reserved, x blocked.';

--! split: 1025-functions-inventory-seat_map_changes.sql
-- Three things change a map: new bookings, what functions note, and holds that lapse by themselves.
-- Few change at a time, and each is found by its key, whatever a plan was made for. Most of the
-- time goes into starting statements and their expressions: one statement finds everything, and by
-- keys alone, which say whose it is.
create or replace function app_public.seat_map_changes(performance_id uuid, since text)
returns app_public.seat_map_changes
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_then timestamptz;
  v_since pg_snapshot;
  v_first_xid xid8;
  v_changes app_public.seat_map_changes;
begin
  begin
    v_then := to_timestamp(
      split_part(seat_map_changes.since, '/', 1)::bigint::double precision / 1000000
    );
    v_since := split_part(seat_map_changes.since, '/', 2)::pg_snapshot;
    v_first_xid := pg_snapshot_xmin(v_since);
  exception
    when invalid_text_representation or numeric_value_out_of_range or datetime_field_overflow then
      raise exception 'This is no version of a seat map.'
        using errcode = 'LMINP', detail = 'since', hint = 'Send the version of the last answer.';
  end;

  select
    p.id,
    case when known.is_complete then app_hidden.map_version() end,
    known.is_complete,
    case when known.is_complete then coalesce(news.seat_nos, '{}') end,
    case when known.is_complete then coalesce(news.availability, '') end
  into v_changes
  from app_public.performances as p
  cross join (
    select coalesce(
      v_first_xid > f.last_xid
        and pg_snapshot_xmax(v_since) <= pg_snapshot_xmax(pg_current_snapshot()),
      false
    ) as is_complete
    from app_private.seat_changes_forgotten as f
    offset 0
  ) as known
  cross join lateral (
    select
      array_agg(s.seat_no order by s.seat_no) as seat_nos,
      string_agg(app_hidden.seat_letter(s.status, s.locked_until), null order by s.seat_no)
        as availability
    from app_public.seat_booking_state as s
    where s.performance_id = p.id
      and s.seat_no = any (case when known.is_complete then array(
        select unnest(i.seat_nos)
        from app_public.booking_items as i
        where i.booking_id = any (array(
            select b.id
            from app_public.bookings as b
            where b.organization_id = p.organization_id
              and b.performance_id = p.id
              and b.currency = p.currency
              and b.created_xid >= v_first_xid::text::bigint
              and not pg_visible_in_snapshot(b.created_xid::text::xid8, v_since)
            union all
            select b.id
            from app_public.bookings as b
            where b.expires_at > v_then
              and b.expires_at <= now()
              -- No key, or a plan might read all bookings of the performance instead.
              and b.performance_id is not distinct from p.id
          ))
        union all
        select unnest(c.seat_nos)
        from app_private.seat_changes as c
        where c.performance_id = p.id
          and c.changed_xid >= v_first_xid
          and not pg_visible_in_snapshot(c.changed_xid, v_since)
      ) end)
  ) as news
  where p.id = seat_map_changes.performance_id
    and app_hidden.sees_performance(p.id, p.is_public, p.status);
  if not found then
    return null;
  end if;
  return v_changes;
end
$$;

comment on function app_public.seat_map_changes(uuid, text) is
  'Which seats may be different since a version of the map; none is ever left out. Null when there '
  'is no such performance, or not for you. Raises LMINP for a version that is none.';
grant execute on function app_public.seat_map_changes(uuid, text) to lml_anonymous, lml_user;

--! split: 1026-functions-inventory-sees_other_performance.sql
create or replace function app_hidden.sees_other_performance(performance_id uuid)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
      select
      from app_public.events as e
      where e.id = p.event_id
        and e.organization_id = p.organization_id
        and e.status in ('published', 'postponed', 'completed')
        and (e.visibility <> 'private' or e.id in (select app_hidden.opened_event_ids()))
    )
    or app_hidden.has_performance_permission(p.organization_id, p.id, 'events.read')
  from app_public.performances as p
  where p.id = sees_other_performance.performance_id
$$;

comment on function app_hidden.sees_other_performance(uuid) is
  'Whether a performance that is not simply public is shown to who asks; sees_performance decides.';

--! split: 1027-functions-inventory-sees_performance.sql
-- What is public and to come, as most performances are, is decided by its own row. Part of the
-- statement that asks, so that a function is entered for the others only.
create or replace function app_hidden.sees_performance(
  performance_id uuid, is_public boolean, status app_public.performance_status
)
returns boolean
language sql stable
return (sees_performance.is_public and sees_performance.status = 'scheduled')
  or app_hidden.sees_other_performance(sees_performance.performance_id);

comment on function app_hidden.sees_performance(
  uuid, boolean, app_public.performance_status
) is 'Whether a performance is public, opened by the request, or the caller''s.';

--! split: 1028-functions-inventory-set_add_on_stock.sql
create or replace function app_public.set_add_on_stock(add_on_id uuid, total integer)
returns app_public.add_on_count
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_add_on(
    set_add_on_stock.add_on_id, 'inventory.manage'
  );
  v_constraint text;
  v_column text;
begin
  if not v_add_on.is_limited then
    raise exception 'There is no end of this add-on.'
      using errcode = 'LMINP', detail = 'add_on_id', hint = 'Make another one with a stock.';
  end if;
  if app_private.has_codes(v_add_on) then
    raise exception 'Its codes are its stock.'
      using errcode = 'LMINP', detail = 'add_on_id', hint = 'Add codes with add_add_on_codes.';
  end if;
  perform from app_private.add_on_counters as s where s.add_on_id = v_add_on.id
  for no key update;
  perform app_private.require_stock_of(v_add_on.id, set_add_on_stock.total);
  update app_private.add_on_counters as s
  set total = set_add_on_stock.total
  where s.add_on_id = v_add_on.id;
  return app_public.add_on_stock(v_add_on.id);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_add_on_stock(uuid, integer) is
  'Sets how many there are of an add-on in all, never fewer than are held and sold. '
  'Needs inventory.manage. Raises LMCAP (more are held and sold), LMNFD, LMRGT, LMINP.';
grant execute on function app_public.set_add_on_stock(uuid, integer) to lml_user;

--! split: 1029-functions-inventory-set_seat_prices.sql
-- Only seats that are free: whoever holds one has its price on a line, and whoever bought it, too.
create or replace function app_public.set_seat_prices(
  performance_id uuid, seat_ids text[], price_cents bigint default null
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_seat_nos integer[];
  v_taken integer[];
  v_constraint text;
begin
  v_performance := app_private.lock_performance(
    set_seat_prices.performance_id, 'inventory.manage'
  );
  v_seat_nos := app_private.seat_nos_of(v_performance, set_seat_prices.seat_ids);
  perform app_hidden.require_chargeable(
    set_seat_prices.price_cents, v_performance.currency, 'price_cents'
  );
  perform from app_public.seat_booking_state as s
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id
    and s.seat_no = any (v_seat_nos)
  order by s.seat_no
  for no key update;
  -- Decided with the rows locked.
  select array_agg(s.seat_no) into v_taken
  from app_public.seat_booking_state as s
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id
    and s.seat_no = any (v_seat_nos)
    and app_private.is_sold_or_held(s.status, s.locked_until);
  if v_taken is not null then
    raise exception 'Held or sold: %.', (
        select string_agg(l.seat_id, ', ' order by l.seat_no)
        from app_public.layout_seats as l
        where l.organization_id = v_performance.organization_id
          and l.layout_id = v_performance.layout_id
          and l.seat_no = any (v_taken)
      )
      using errcode = 'LMTKN', detail = (
        select jsonb_build_object('seat_ids', jsonb_agg(l.seat_id order by l.seat_no))::text
        from app_public.layout_seats as l
        where l.organization_id = v_performance.organization_id
          and l.layout_id = v_performance.layout_id
          and l.seat_no = any (v_taken)
      ), hint = 'Leave them out; nothing was changed.';
  end if;
  update app_public.seat_booking_state as s
  set price_override_cents = set_seat_prices.price_cents
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id
    and s.seat_no = any (v_seat_nos);
  return cardinality(v_seat_nos);
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    perform app_hidden.raise_bad_input(v_constraint, null);
end
$$;

comment on function app_public.set_seat_prices(uuid, text[], bigint) is
  'Gives free seats of a performance a price of their own, in place of that of their category and '
  'of its rules; null takes it away. Returns how many. Needs inventory.manage. '
  'Raises LMTKN (naming seats that are held or sold), LMNFD, LMRGT, LMSEA, LMSDP, LMQTY, LMINP.';
grant execute on function app_public.set_seat_prices(uuid, text[], bigint) to lml_user;

--! split: 1030-functions-inventory-visible_performance.sql
create or replace function app_hidden.visible_performance(performance_id uuid)
returns app_public.performances
language sql stable security definer set search_path = ''
as $$
  select p.*
  from app_public.performances as p
  where p.id = visible_performance.performance_id
    and app_hidden.sees_performance(p.id, p.is_public, p.status)
$$;

comment on function app_hidden.visible_performance(uuid) is
  'A performance, if it is public, opened by the request, or the caller''s.';

--! split: 1031-functions-bookings-approve_booking.sql
create or replace function app_public.approve_booking(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_approval(approve_booking.booking_id);
  v_organization app_public.organizations;
  v_is_authorized boolean;
begin
  select * into strict v_organization
  from app_public.organizations as o where o.id = v_booking.organization_id;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  -- Sales may have closed meanwhile: the buyer was in time.
  perform app_private.prolong_hold(
    v_booking,
    now() + make_interval(
      hours => (
        select a.pay_within_hours from app_public.booking_approvals as a
        where a.organization_id = v_booking.organization_id and a.booking_id = v_booking.id
      )
    )
  );
  v_is_authorized := app_private.capture_payment(v_booking);
  if v_is_authorized then
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id;
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  -- Who has nothing to pay, or whose card is charged, hears of it by what was bought.
  if v_booking.status = 'pending_payment' and not v_is_authorized then
    perform app_private.mail_booking(v_booking, 'booking_approved');
  end if;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.approve_booking(uuid) is
  'Says yes to a booking that waits for it: a card that was authorized is charged; else its buyer '
  'is mailed and may pay, as long as the category allows; a free one is confirmed. Needs '
  'bookings.manage, and somebody other than the buyer. Raises LMNFD, LMRGT, LMBST, LMEXP, LMORG (a '
  'suspended organization), LMPLN (its payment plan has run out of time), LMAUT, LMSES.';
grant execute on function app_public.approve_booking(uuid) to lml_user;

--! split: 1032-functions-bookings-booking_version.sql
-- Every change of a row is a new version of it, which knows the transaction that made it. A table
-- without settings, so that a plan takes it in: a thousand bookings are asked for at once.
create or replace function app_hidden.booking_version(booking_id uuid)
returns table (version text)
language sql stable
as $$
  select b.xmin::text || case when b.expires_at <= now() then ' over' else '' end
  from app_public.bookings as b
  where b.id = booking_version.booking_id;
$$;

comment on function app_hidden.booking_version(uuid) is
  'Something that is different after every change of a booking, and once its time has run out. '
  'Nothing when there is no such booking, or it is not yours.';
grant execute on function app_hidden.booking_version(uuid) to lml_anonymous, lml_user;

--! split: 1033-functions-bookings-claim_booking.sql
-- Whoever has the mail is whom the booking is for: it becomes theirs, and no longer belongs to the
-- device that made it.
create or replace function app_public.claim_booking(token text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_hash bytea := app_hidden.hash_token(claim_booking.token);
  v_booking app_public.bookings;
begin
  perform app_hidden.refuse_impersonator();
  select b.* into v_booking
  from app_private.payment_links as l
  join app_public.bookings as b on b.organization_id = l.organization_id and b.id = l.booking_id
  where l.token_hash = v_hash and l.used_at is null and l.expires_at > now()
  for no key update of b;
  update app_private.payment_links as l
  set used_at = now()
  where l.token_hash = v_hash and l.used_at is null and v_booking.user_id is null;
  if v_booking.id is null or not found then
    raise exception 'This link is unknown, was used, or is too old.'
      using errcode = 'LMTOK', hint = 'Ask for a new one with request_booking_link.';
  end if;
  update app_public.bookings as b
  set user_id = v_buyer.user_id, cart_token_hash = v_buyer.cart_token_hash
  where b.id = v_booking.id
  returning * into v_booking;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.claim_booking(text) is
  'Makes a booking yours, with the token of the mail about it, once; then '
  'pay with payment_session. '
  'For accounts, and guests by cart token. Raises LMTOK, LMSES, LMCRT, LMIMP.';
grant execute on function app_public.claim_booking(text) to lml_anonymous, lml_user;

--! split: 1034-functions-bookings-claim_cart.sql
-- Whoever sends both tokens has both rights: those of the cart become those of the account. What is
-- paid for stays with the cart's token, which may have been shared; what is being paid for keeps
-- its price, and what is looked into is looked into as it was checked out. Who may decide about it
-- is asked when they do, so that nobody claims what they let through themselves.
create or replace function app_public.claim_cart()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_cart_hash bytea := app_hidden.current_cart_hash();
  v_booking_ids uuid[];
  v_booking app_public.bookings;
begin
  perform app_hidden.refuse_impersonator();
  with claimed as (
    update app_public.bookings as b
    set user_id = v_user_id, cart_token_hash = null
    where b.id = any (array(
      select b.id from app_public.bookings as b
      where b.cart_token_hash = v_cart_hash
        and b.user_id is null
        and app_private.is_open(b.status)
      order by b.id
      for no key update
    ))
    returning b.id
  )
  select array_agg(c.id) into v_booking_ids from claimed as c;

  for v_booking in
    select b.*
    from app_public.bookings as b
    join app_public.performances as p
      on p.organization_id = b.organization_id and p.id = b.performance_id
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where b.id = any (v_booking_ids) and b.status = 'draft' and e.has_price_rules
    order by b.id
  loop
    perform app_private.reprice_for_member(v_booking);
  end loop;
  return coalesce(cardinality(v_booking_ids), 0);
end
$$;

comment on function app_public.claim_cart() is
  'Makes the unpaid bookings of the request''s cart token the signed-in user''s, at the prices of '
  'their memberships where those are better; returns how many. Raises LMAUT, LMSES, LMIMP.';
grant execute on function app_public.claim_cart() to lml_user;

--! split: 1035-functions-bookings-close_booking.sql
create or replace function app_private.close_booking(booking app_public.bookings, reason text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  update app_public.bookings as b
  set status = 'canceled', canceled_at = now(), expires_at = null,
    cancellation_reason = left(close_booking.reason, 500)
  where b.id = (close_booking.booking).id
  returning * into v_booking;
  perform app_private.let_go(close_booking.booking);
  return v_booking;
end
$$;

comment on function app_private.close_booking(app_public.bookings, text) is
  'Cancels a locked booking, and lets go what it still has of seats and admissions.';

--! split: 1036-functions-bookings-confirm_booking.sql
-- Seats and admissions are booked only if this booking owns them, or, when its time had run out, if
-- they are free. False: somebody else has one of them or it is beyond limits by now,
-- or it was not this money that was asked for, and nothing has changed. Parts of a price come
-- through receive_installment.
create or replace function app_private.confirm_booking(
  booking_id uuid, received_cents bigint default null
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = confirm_booking.booking_id
  for no key update;
  if v_booking.status = 'confirmed' then
    return confirm_booking.received_cents is null;
  end if;
  if v_booking.status not in ('draft', 'pending_payment', 'expired')
    -- Whoever went back to the cart checks out again, and is looked at again, before anything is
    -- paid.
    or (v_booking.status = 'draft' and confirm_booking.received_cents is not null)
    or confirm_booking.received_cents <> v_booking.total_amount_cents
    or (confirm_booking.received_cents is not null and v_booking.payment_plan_id is not null)
  then
    return false;
  end if;
  if v_booking.status = 'expired' or v_booking.expires_at <= now() then
    if not (
      app_private.may_be_paid_late(v_booking) and app_private.book_late(v_booking)
    ) then
      return false;
    end if;
  elsif not app_private.book_everything(v_booking) then
    return false;
  end if;

  -- What is paid in parts is sold with its deposit; the tickets are there with the last one.
  update app_public.bookings as b
  set status = case when b.payment_plan_id is null then 'confirmed' else 'partially_paid' end
      ::app_public.booking_status,
    confirmed_at = now(), expires_at = null
  where b.id = v_booking.id
  returning * into v_booking;
  if v_booking.status = 'confirmed' then
    perform app_private.issue_tickets(v_booking);
  else
    insert into app_private.booking_confirmations (booking_id) values (v_booking.id)
    on conflict do nothing;
  end if;
  perform app_private.post_sale(v_booking);
  return true;
end
$$;

comment on function app_private.confirm_booking(uuid, bigint) is
  'Books seats and admissions, issues the tickets and posts the sale: all of it, or false. '
  'Confirming twice is harmless; paying twice is not confirming.';
grant execute on function app_private.confirm_booking(uuid, bigint) to lml_worker;

--! split: 1037-functions-bookings-confirmation_words.sql
-- No credential is among them: a mail is read by more than its reader, and a QR code changes with
-- each hand that a ticket goes through.
create or replace function app_private.confirmation_words(booking app_public.bookings)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select app_private.place_words((confirmation_words.booking).performance_id)
    || jsonb_build_object(
      'items', app_private.item_words(confirmation_words.booking),
      'payment', case
        when (confirmation_words.booking).total_amount_cents = 0 then 'free'
        when exists (
          select from app_public.payment_intents as p
          where p.organization_id = (confirmation_words.booking).organization_id
            and p.booking_id = (confirmation_words.booking).id
            and p.method = 'invoice'
            and p.status <> 'succeeded'
        ) then 'invoice'
        else 'paid'
      end
    )
    || coalesce((
      select jsonb_build_object(
        'paid', app_hidden.money_text(
          (sum(s.amount_cents) filter (where s.status = 'paid'))::bigint,
          (confirmation_words.booking).currency
        ),
        'until', app_hidden.local_time(
          min(s.due_at) filter (where s.status <> 'paid'), app_hidden.timezone_of(e)
        )
      )
      from app_public.booking_payment_schedule as s
      join app_public.performances as p
        on p.organization_id = s.organization_id
        and p.id = (confirmation_words.booking).performance_id
      join app_public.events as e
        on e.organization_id = p.organization_id and e.id = p.event_id
      where s.organization_id = (confirmation_words.booking).organization_id
        and s.booking_id = (confirmation_words.booking).id
      group by e.id
    ), '{}')
$$;

comment on function app_private.confirmation_words(app_public.bookings) is
  'What mails say of a booking that was sold.';

--! split: 1038-functions-bookings-expire_allocated_booking.sql
-- One in each transaction, as allocations are waited for.
create or replace function app_private.expire_allocated_booking()
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_lapsed app_public.bookings;
  v_booking app_public.bookings;
begin
  select b.* into v_lapsed
  from app_public.bookings as b
  where b.expires_at <= now()
    and app_private.is_open(b.status)
    and exists (
      select from app_private.allocation_holds as h
      where h.organization_id = b.organization_id and h.booking_id = b.id
    )
  order by b.expires_at
  limit 1
  for no key update skip locked;
  if not found then
    return false;
  end if;
  update app_public.bookings as b
  set status = 'expired', expires_at = null
  where b.id = v_lapsed.id
  returning * into v_booking;
  perform app_private.withdraw_payment(v_booking);
  perform app_private.let_go(v_lapsed);
  return true;
end
$$;

comment on function app_private.expire_allocated_booking() is
  'Ends an open booking whose deadline has passed, and gives back to its allocation what it held '
  'of it; false when there is none.';
grant execute on function app_private.expire_allocated_booking() to lml_worker;

--! split: 1039-functions-bookings-expire_bookings.sql
-- Tidies up: the seats were free for others from the deadline on. Nothing is waited for. A booking
-- that somebody works on is left for the next sweep; a seat that somebody is taking is theirs.
create or replace function app_private.expire_bookings(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
  v_freed record;
  v_pool_id uuid;
  v_add_on_id uuid;
  v_booking app_public.bookings;
begin
  v_ids := array(
    select b.id from app_public.bookings as b
    where b.expires_at <= now()
      and app_private.is_open(b.status)
      -- These are for expire_allocated_booking.
      and not exists (
        select from app_private.allocation_holds as h
        where h.organization_id = b.organization_id and h.booking_id = b.id
      )
    order by b.expires_at
    limit expire_bookings.batch_limit
    for no key update skip locked
  );
  for v_booking in
    update app_public.bookings as b
    set status = 'expired', expires_at = null
    where b.id = any (v_ids)
    returning b.*
  loop
    perform app_private.withdraw_payment(v_booking);
  end loop;

  for v_freed in
    with lapsed as (
      select s.organization_id, s.performance_id, s.seat_no
      from app_public.bookings as b
      join app_public.booking_items as i
        on i.organization_id = b.organization_id and i.booking_id = b.id
      cross join unnest(i.seat_nos) as n
      join app_public.seat_booking_state as s
        on s.organization_id = b.organization_id
        and s.performance_id = b.performance_id
        and s.seat_no = n
        and s.booking_id = b.id
      where b.id = any (v_ids)
      for no key update of s skip locked
    ),
    freed as (
      update app_public.seat_booking_state as s
      set status = 'available', booking_id = null, locked_until = null
      from lapsed as l
      where s.organization_id = l.organization_id
        and s.performance_id = l.performance_id
        and s.seat_no = l.seat_no
      returning s.organization_id, s.performance_id, s.seat_no
    )
    select f.organization_id, f.performance_id, array_agg(f.seat_no order by f.seat_no) as seat_nos
    from freed as f
    group by f.organization_id, f.performance_id
  loop
    perform app_private.reopen_runs(
      v_freed.organization_id, v_freed.performance_id, v_freed.seat_nos
    );
    perform app_private.note_seats_changed(v_freed.performance_id, v_freed.seat_nos);
  end loop;

  for v_pool_id in
    select distinct c.pool_id
    from app_private.admission_claims as c
    where c.booking_id = any (v_ids)
  loop
    perform app_private.free_lapsed_admissions(v_pool_id);
  end loop;
  for v_add_on_id in
    select distinct c.add_on_id
    from app_private.add_on_claims as c
    where c.booking_id = any (v_ids)
    order by c.add_on_id
  loop
    perform app_private.free_lapsed_add_ons(v_add_on_id);
  end loop;
  return cardinality(v_ids);
end
$$;

comment on function app_private.expire_bookings(integer) is
  'Ends open bookings whose deadline has passed; returns how many.';
grant execute on function app_private.expire_bookings(integer) to lml_worker;

--! split: 1040-functions-bookings-find_news.sql
-- Asked twice a second by each server to which somebody listens, for all of them together. It says
-- that something may be new and nothing else: what it is, each listener reads with their rights. A
-- sale writes nothing for it. As in seat_map_changes, everything is found by its key.
create or replace function app_private.find_news(
  performance_ids uuid[], since text, booking_ids uuid[], booking_versions text[]
)
returns table (
  version text, changed_performance_ids uuid[], changed_booking_ids uuid[],
  changed_booking_versions text[]
)
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
set enable_mergejoin = off set enable_hashjoin = off
as $$
declare
  v_since pg_snapshot := split_part(find_news.since, '/', 2)::pg_snapshot;
  v_first_xid xid8 := pg_snapshot_xmin(v_since);
  v_then timestamptz :=
    to_timestamp(split_part(find_news.since, '/', 1)::bigint / 1000000.0);
begin
  version := app_hidden.map_version();

  select array_agg(p.id) into changed_performance_ids
  from unnest(find_news.performance_ids) as w (id)
  join app_public.performances as p on p.id = w.id
  where find_news.since is null
    or exists (
      select
      from app_public.bookings as b
      where b.performance_id = p.id
        and b.organization_id = p.organization_id
        and b.currency = p.currency
        and b.created_xid >= v_first_xid::text::bigint
        and not pg_visible_in_snapshot(b.created_xid::text::xid8, v_since)
    )
    or exists (
      select
      from app_private.seat_changes as c
      where c.performance_id = p.id
        and c.changed_xid >= v_first_xid
        and not pg_visible_in_snapshot(c.changed_xid, v_since)
    )
    or p.id = any (array(
      select b.performance_id
      from app_public.bookings as b
      where b.expires_at > v_then and b.expires_at <= now()
    ));

  select array_agg(w.id), array_agg(v.version)
  into changed_booking_ids, changed_booking_versions
  from unnest(find_news.booking_ids, find_news.booking_versions) as w (id, version)
  cross join lateral app_hidden.booking_version(w.id) as v
  where v.version is distinct from w.version;
  return next;
end
$$;

comment on function app_private.find_news(uuid[], text, uuid[], text[]) is
  'Of performances, those whose map may be different since a version, or all of them without one; '
  'of bookings, those whose version is another than the one that is known, with it. For the '
  'server.';
grant execute on function app_private.find_news(uuid[], text, uuid[], text[]) to lml_authenticator;

--! split: 1041-functions-bookings-follow_booking.sql
-- Asked for each listener, as that listener, whenever something may be new.
create or replace function app_hidden.follow_booking(booking_id uuid)
returns text
language plpgsql stable set search_path = ''
as $$
declare
  v_version text;
begin
  perform app_hidden.require_living_session();
  select v.version into v_version
  from app_hidden.booking_version(follow_booking.booking_id) as v;
  if v_version is null then
    raise exception 'There is no such booking, or it is not yours.'
      using errcode = 'LMBKG', detail = format('%s', follow_booking.booking_id);
  end if;
  return v_version;
end
$$;

comment on function app_hidden.follow_booking(uuid) is
  'The version of a booking. Raises LMBKG when there is none, or it is not yours; LMSES.';
grant execute on function app_hidden.follow_booking(uuid) to lml_anonymous, lml_user;

--! split: 1042-functions-bookings-free_add_ons.sql
-- Counters in order, then the claims.
create or replace function app_private.free_add_ons(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from app_private.add_on_claims as c
  join app_private.add_on_counters as s
    on s.add_on_id = c.add_on_id and s.organization_id = c.organization_id
  where c.organization_id = (free_add_ons.booking).organization_id
    and c.booking_id = (free_add_ons.booking).id
  order by s.add_on_id
  for no key update of s;
  if not found then
    return;
  end if;
  with gone as (
    delete from app_private.add_on_claims as c
    where c.organization_id = (free_add_ons.booking).organization_id
      and c.booking_id = (free_add_ons.booking).id
    returning c.add_on_id, c.organization_id, c.quantity, c.held_until
  )
  update app_private.add_on_counters as s
  set
    -- What has left the house, or was seen, is not there to be sold again.
    total = s.total - case
      when a.returns_to_stock or app_private.has_codes(a) then (
        select count(*) from app_private.add_on_codes as c
        join app_public.booking_items as i
          on i.organization_id = c.organization_id and i.id = c.booking_item_id
        where c.organization_id = g.organization_id and c.add_on_id = g.add_on_id
          and i.booking_id = (free_add_ons.booking).id
          and c.unit_no <= i.quantity - i.returned_quantity
      )
      when g.held_until is null then g.quantity
      else 0
    end,
    held = s.held - case when g.held_until is null then 0 else g.quantity end,
    sold = s.sold - case when g.held_until is null then g.quantity else 0 end
  from gone as g
  join app_public.add_ons as a on a.organization_id = g.organization_id and a.id = g.add_on_id
  where s.add_on_id = g.add_on_id and s.organization_id = g.organization_id;
end
$$;

comment on function app_private.free_add_ons(app_public.bookings) is
  'Gives back the add-ons that a booking, which the caller has locked, holds or has bought.';

--! split: 1043-functions-bookings-hold_allocated_admissions.sql
-- The places leave their allocation and are held in one transaction, which has all slots of the
-- pool: nobody sees them free in between.
create or replace function app_public.hold_allocated_admissions(
  allocation_id uuid, ticket_category_id uuid, quantity integer, booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.admission_allocations;
  v_is_replay boolean := app_private.is_replay(hold_allocated_admissions.idempotency_key);
  v_booking app_public.bookings;
begin
  if hold_allocated_admissions.booking_id is not null then
    perform app_private.lock_booking(hold_allocated_admissions.booking_id, 'bookings.manage');
  end if;
  select * into v_allocation
  from app_public.admission_allocations as a
  where a.id = hold_allocated_admissions.allocation_id
  for no key update;
  perform app_hidden.require_performance_permission(
    v_allocation.organization_id, v_allocation.performance_id, 'inventory.sell'
  );
  -- Under a known key, the places left the allocation the first time.
  if not v_is_replay then
    if not exists (
      select from app_public.admission_pool_categories as pc
      where pc.organization_id = v_allocation.organization_id
        and pc.pool_id = v_allocation.pool_id
        and pc.ticket_category_id = hold_allocated_admissions.ticket_category_id
    ) then
      raise exception 'The category does not draw from this pool.'
        using errcode = 'LMINP', detail = 'ticket_category_id';
    end if;
    if hold_allocated_admissions.quantity is null or hold_allocated_admissions.quantity < 1 then
      raise exception 'At least one place is held.'
        using errcode = 'LMQTY', detail = coalesce(hold_allocated_admissions.quantity, 0)::text;
    end if;
    if hold_allocated_admissions.quantity > v_allocation.places_left then
      perform app_private.raise_few_left(v_allocation.places_left);
    end if;
    perform app_private.keep_places_back(
      v_allocation.pool_id, -hold_allocated_admissions.quantity
    );
    update app_public.admission_allocations as a
    set places_left = a.places_left - hold_allocated_admissions.quantity
    where a.id = v_allocation.id;
  end if;
  v_booking := app_public.hold_admissions(
    v_allocation.performance_id, hold_allocated_admissions.ticket_category_id,
    hold_allocated_admissions.quantity, hold_allocated_admissions.booking_id,
    hold_allocated_admissions.idempotency_key
  );
  if not v_is_replay then
    perform app_private.note_allocated_hold(
      v_booking, null, null, v_allocation, hold_allocated_admissions.quantity
    );
  end if;
  return v_booking;
end
$$;

comment on function app_public.hold_allocated_admissions(uuid, uuid, integer, uuid, text) is
  'Holds places of an allocation for a booking of the caller''s, or for a draft. If they are not '
  'bought in time, they go back to it, unless it was released. Needs inventory.sell. '
  'Raises LMNFD, LMRGT, LMFEW (the allocation has fewer), LMINP, LMQTY, and '
  'what hold_admissions raises.';
grant execute on function app_public.hold_allocated_admissions(uuid, uuid, integer, uuid, text)
  to lml_user;

--! split: 1044-functions-bookings-hold_allocated_seats.sql
-- The seats leave their allocation and are held in one transaction: nobody
-- sees them free in between.
create or replace function app_public.hold_allocated_seats(
  allocation_id uuid, seat_ids text[], booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.seat_allocations;
  v_performance app_public.performances;
  v_seat_nos integer[];
  v_count integer;
  v_booking app_public.bookings;
begin
  if hold_allocated_seats.booking_id is not null then
    perform app_private.lock_booking(hold_allocated_seats.booking_id, 'bookings.manage');
  end if;
  select * into v_allocation
  from app_public.seat_allocations as a where a.id = hold_allocated_seats.allocation_id
  for no key update;
  perform app_hidden.require_performance_permission(
    v_allocation.organization_id, v_allocation.performance_id, 'inventory.sell'
  );
  select p.* into strict v_performance
  from app_public.performances as p where p.id = v_allocation.performance_id;
  -- Under a known key, the seats left the allocation the first time.
  if not app_private.is_replay(hold_allocated_seats.idempotency_key) then
    v_seat_nos := app_private.seat_nos_of(v_performance, hold_allocated_seats.seat_ids);
    delete from app_public.seat_allocation_seats as a
    where a.organization_id = v_allocation.organization_id
      and a.allocation_id = v_allocation.id
      and a.seat_no = any (v_seat_nos);
    get diagnostics v_count = row_count;
    if v_count < cardinality(v_seat_nos) then
      raise exception 'The allocation has not got all of these seats.'
        using errcode = 'LMSEA', hint = 'Read what is left of it.';
    end if;
    perform app_private.free_kept_back(v_allocation, v_seat_nos);
  end if;
  v_booking := app_public.hold_seats(
    v_allocation.performance_id, hold_allocated_seats.seat_ids, hold_allocated_seats.booking_id,
    hold_allocated_seats.idempotency_key
  );
  if v_seat_nos is not null then
    perform app_private.note_allocated_hold(
      v_booking, v_allocation, hold_allocated_seats.seat_ids, null, null
    );
  end if;
  return v_booking;
end
$$;

comment on function app_public.hold_allocated_seats(uuid, text[], uuid, text) is
  'Holds seats of an allocation for a booking of the caller''s, or for a draft. If they are not '
  'bought in time, they go back to it, unless it was released. Needs inventory.sell. '
  'Raises LMNFD, LMRGT, LMSEA (not in the allocation), and what hold_seats raises.';
grant execute on function app_public.hold_allocated_seats(uuid, text[], uuid, text) to lml_user;

--! split: 1045-functions-bookings-hold_for_waiting.sql
-- A hold as any other: whoever it is refused to, for too many open carts or by a rule against
-- fraud, keeps waiting, and so does who has as many tickets as one may, until they return some. The
-- block lets go of all of it then.
create or replace function app_private.hold_for_waiting(
  entry app_public.waiting_list_entries, sale app_private.sale, ticket_category_id uuid,
  quantity integer
)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_entry app_public.waiting_list_entries := hold_for_waiting.entry;
  v_is_complete boolean := v_entry.gathered + hold_for_waiting.quantity = v_entry.quantity;
  v_booking app_public.bookings;
begin
  if not app_private.may_have_offer(v_entry, hold_for_waiting.ticket_category_id) then
    return null;
  end if;
  if v_entry.booking_id is null then
    v_booking := app_private.draft_for_waiting(v_entry, hold_for_waiting.sale, v_is_complete);
  else
    select * into strict v_booking
    from app_public.bookings as b
    where b.id = v_entry.booking_id
    for no key update skip locked;
    perform app_private.require_open_draft(v_booking);
  end if;
  perform app_private.hold_some(
    v_booking, hold_for_waiting.sale, hold_for_waiting.ticket_category_id,
    hold_for_waiting.quantity, v_entry.is_accessible
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  update app_public.waiting_list_entries as w
  set status = case when v_is_complete then 'offered' else 'gathering' end
      ::app_public.waiting_list_status,
    booking_id = v_booking.id,
    gathered = w.gathered + hold_for_waiting.quantity,
    offered_at = case when v_is_complete then now() end
  where w.id = v_entry.id
  returning * into v_entry;
  if v_is_complete then
    perform app_private.mail_booking(v_booking, 'waiting_list_offer');
  end if;
  return v_entry;
exception
  when no_data_found or unique_violation then
    return null;
  when others then
    if sqlstate !~ '^LM' then
      raise;
    end if;
    return null;
end
$$;

comment on function app_private.hold_for_waiting(
  app_public.waiting_list_entries, app_private.sale, uuid, integer
) is
  'Holds places for an entry, which the caller has locked, and tells its owner when these are all; '
  'null when it cannot be done now.';

--! split: 1046-functions-bookings-is_taken.sql
create or replace function app_hidden.is_taken(seat app_public.seat_booking_state)
returns boolean
language sql stable
return (is_taken.seat).status = 'reserved'
  or app_private.is_sold_or_held((is_taken.seat).status, (is_taken.seat).locked_until);

comment on function app_hidden.is_taken(app_public.seat_booking_state) is
  'Whether a seat is sold, held or reserved now.';

--! split: 1047-functions-bookings-item_words.sql
-- Such as `2 x Stalls: Stalls, A: 3, 4`, the same in every language: seats of a row are one line.
create or replace function app_private.item_words(booking app_public.bookings)
returns text[]
language sql stable security definer set search_path = ''
as $$
  with lines as (
    select
      i.id,
      case when i.seat_nos is null then i.quantity else count(*) end
        || ' x ' || coalesce(c.name, a.name)
        || coalesce(
          ': ' || nullif(concat_ws(', ', section.name, nullif(s.row_name, '')), '')
            || ': ' || string_agg(s.seat_number, ', ' order by s.seat_no),
          ''
        ) as line,
      min(s.seat_no) as first_no
    from app_public.booking_items as i
    join app_public.performances as p
      on p.organization_id = i.organization_id and p.id = (item_words.booking).performance_id
    left join app_public.ticket_categories as c
      on c.organization_id = i.organization_id and c.id = i.ticket_category_id
    left join app_public.add_ons as a
      on a.organization_id = i.organization_id and a.id = i.add_on_id
    left join app_public.layout_seats as s
      on s.organization_id = i.organization_id
      and s.layout_id = p.layout_id
      and s.seat_no = any (i.seat_nos)
    left join app_public.layout_sections as section
      on section.organization_id = s.organization_id
      and section.layout_id = s.layout_id
      and section.section_no = s.section_no
    where i.organization_id = (item_words.booking).organization_id
      and i.booking_id = (item_words.booking).id
      and i.item_type in ('seat', 'admission', 'add_on')
    group by i.id, c.name, a.name, section.name, s.row_name
  )
  select coalesce(array_agg(l.line order by l.id, l.first_no), '{}') from lines as l
$$;

comment on function app_private.item_words(app_public.bookings) is
  'What mails say that was bought, a line each.';

--! split: 1048-functions-bookings-let_go.sql
create or replace function app_private.let_go(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seat_nos integer[] := app_private.held_seat_nos(let_go.booking);
  v_is_allocated boolean := app_private.lock_allocations_of(let_go.booking);
begin
  perform app_private.free_seats(let_go.booking, v_seat_nos);
  if v_is_allocated then
    perform app_private.return_seats(let_go.booking, v_seat_nos);
    perform app_private.lock_allocated_pools(let_go.booking);
  end if;
  perform app_private.free_admissions(let_go.booking);
  if v_is_allocated then
    perform app_private.return_places(let_go.booking);
  end if;
end
$$;

comment on function app_private.let_go(app_public.bookings) is
  'Gives all back that a locked booking has, which comes as it was before it ended: to the '
  'allocation that it came from, if it was not bought, and otherwise to everybody.';

--! split: 1049-functions-bookings-lock_allocated_pools.sql
-- Before any slot of them: whoever locks a pool waits for all of its slots, in order. The outermost
-- first, as by whoever buys.
create or replace function app_private.lock_allocated_pools(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.lock_pool(c.organization_id, c.pool_id)
  from (
    select a.organization_id, c.pool_id, min(c.depth) as depth
    from app_private.allocation_holds as h
    join app_public.admission_allocations as a
      on a.organization_id = h.organization_id and a.id = h.admission_allocation_id
    join app_public.admission_pools as p
      on p.organization_id = a.organization_id and p.id = a.pool_id
    cross join unnest(p.chain) with ordinality as c (pool_id, depth)
    where h.organization_id = (lock_allocated_pools.booking).organization_id
      and h.booking_id = (lock_allocated_pools.booking).id
      and a.released_at is null
    group by a.organization_id, c.pool_id
    order by depth, c.pool_id
  ) as c;
end
$$;

comment on function app_private.lock_allocated_pools(app_public.bookings) is
  'Locks the pools to whose allocations a booking may give places back.';

--! split: 1050-functions-bookings-lock_allocations_of.sql
-- Before seats and pools, as everywhere. Of what is canceled nothing goes back.
create or replace function app_private.lock_allocations_of(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seat_allocation_ids uuid[];
  v_admission_allocation_ids uuid[];
begin
  if not app_private.is_open((lock_allocations_of.booking).status) then
    return false;
  end if;
  select array_agg(h.seat_allocation_id), array_agg(h.admission_allocation_id)
  into v_seat_allocation_ids, v_admission_allocation_ids
  from app_private.allocation_holds as h
  join app_public.performances as p
    on p.organization_id = h.organization_id
    and p.id = (lock_allocations_of.booking).performance_id
    and p.status in ('scheduled', 'postponed')
  where h.organization_id = (lock_allocations_of.booking).organization_id
    and h.booking_id = (lock_allocations_of.booking).id;
  if v_seat_allocation_ids is null then
    return false;
  end if;
  perform from app_public.seat_allocations as a
  where a.id = any (v_seat_allocation_ids)
  order by a.id
  for no key update;
  perform from app_public.admission_allocations as a
  where a.id = any (v_admission_allocation_ids)
  order by a.id
  for no key update;
  return true;
end
$$;

comment on function app_private.lock_allocations_of(app_public.bookings) is
  'Locks the allocations of which a locked booking holds something that it has not bought; false '
  'when there are none.';

--! split: 1051-functions-bookings-mail_booking.sql
-- Who has an account finds the booking there. A guest may have lost the cart's token since: the
-- mail has one that takes the booking over, once: of what is sold, until the day after it.
create or replace function app_private.mail_booking(
  booking app_public.bookings, template text, variables jsonb default '{}'
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text;
begin
  if (mail_booking.booking).customer_email is not null
    and (mail_booking.booking).user_id is null
    and app_private.is_live(mail_booking.booking)
  then
    v_token := app_public.create_cart_token();
    insert into app_private.payment_links (token_hash, organization_id, booking_id, expires_at)
    select
      app_hidden.hash_token(v_token), p.organization_id, (mail_booking.booking).id,
      coalesce(
        (mail_booking.booking).expires_at,
        greatest(
          now() + interval '30 days',
          app_hidden.closing_time(p.starts_at, p.ends_at) + interval '1 day'
        )
      )
    from app_public.performances as p
    where p.organization_id = (mail_booking.booking).organization_id
      and p.id = (mail_booking.booking).performance_id;
  end if;
  perform app_private.mail_buyer(
    mail_booking.booking, mail_booking.template,
    jsonb_strip_nulls(jsonb_build_object('token', v_token)) || mail_booking.variables
  );
end
$$;

comment on function app_private.mail_booking(app_public.bookings, text, jsonb) is
  'Mails whoever a booking is for, with a link to it for a guest.';

--! split: 1052-functions-bookings-mail_booking_link.sql
-- To the address that the booking was made with, and to no other. An account keeps what it
-- has.
create or replace function app_private.mail_booking_link(request_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_asked app_private.booking_link_requests;
  v_booking app_public.bookings;
begin
  delete from app_private.booking_link_requests as r
  where r.id = mail_booking_link.request_id
  returning * into v_asked;
  -- A reference is unique within an organization.
  select b.* into v_booking
  from app_public.bookings as b
  where b.booking_reference = v_asked.booking_reference
    and b.customer_email operator(public.=) v_asked.email
    and app_private.is_live(b)
  order by b.id
  limit 1;
  if found and app_private.may_mail(
    v_asked.email::text, array['booking_link', 'booking_in_account']
  ) then
    perform app_private.mail_booking(
      v_booking,
      case when v_booking.user_id is null then 'booking_link' else 'booking_in_account' end
    );
  end if;
end
$$;

comment on function app_private.mail_booking_link(uuid) is
  'Mails whom a booking is for how they find it, as they asked: guests a link, others where it is.';
grant execute on function app_private.mail_booking_link(uuid) to lml_worker;

--! split: 1053-functions-bookings-mail_confirmations.sql
-- A row goes in the transaction that queues its mail: whenever the worker dies, it is both or
-- neither. What was canceled or returned meanwhile has mails of its own.
create or replace function app_private.mail_confirmations(batch_limit integer)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_count integer := 0;
begin
  for v_booking in
    with due as (
      delete from app_private.booking_confirmations as c
      where c.booking_id = any (array(
        select w.booking_id
        from app_private.booking_confirmations as w
        order by w.booking_id
        limit mail_confirmations.batch_limit
        for update skip locked
      ))
      returning c.booking_id
    )
    select b.*
    from due as d
    join app_public.bookings as b on b.id = d.booking_id
  loop
    v_count := v_count + 1;
    if v_booking.status in ('partially_paid', 'confirmed', 'completed') then
      perform app_private.mail_booking(
        v_booking,
        case v_booking.status
          when 'partially_paid' then 'booking_deposit_paid' else 'booking_confirmed'
        end,
        app_private.confirmation_words(v_booking)
      );
    end if;
  end loop;
  return v_count;
end
$$;

comment on function app_private.mail_confirmations(integer) is
  'Has those mailed whose bookings were sold, each once; returns how many bookings it looked at.';
grant execute on function app_private.mail_confirmations(integer) to lml_worker;

--! split: 1054-functions-bookings-may_have_offer.sql
-- As the checkout would count, without its lock: whoever buys more meanwhile is refused there.
create or replace function app_private.may_have_offer(
  entry app_public.waiting_list_entries, ticket_category_id uuid
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select
    (
      e.tickets_per_user_max is null
      or (may_have_offer.entry).quantity + (
        select coalesce(sum(t.quantity), 0)
        from app_private.tickets_of_buyer(
          e, (may_have_offer.entry).user_id, (may_have_offer.entry).customer_id, null, null
        ) as t
      ) <= e.tickets_per_user_max
    )
    and (
      c.max_per_user is null
      or (may_have_offer.entry).quantity + (
        select coalesce(sum(t.quantity), 0)
        from app_private.tickets_of_buyer(
          e, (may_have_offer.entry).user_id, (may_have_offer.entry).customer_id, null, null
        ) as t
        where t.ticket_category_id = c.id
      ) <= c.max_per_user
    )
  from app_public.ticket_categories as c
  join app_public.events as e on e.organization_id = c.organization_id and e.id = c.event_id
  where c.organization_id = (may_have_offer.entry).organization_id
    and c.id = may_have_offer.ticket_category_id
$$;

comment on function app_private.may_have_offer(app_public.waiting_list_entries, uuid) is
  'Whether who waits could check all out that they wait for, with what they have of the event.';

--! split: 1055-functions-bookings-note_allocated_hold.sql
-- Without a deadline of their own: what the deadline of a booking frees is free for everybody at
-- once, but these go back to their allocation, which the sweep does.
create or replace function app_private.note_allocated_hold(
  booking app_public.bookings, seat_allocation app_public.seat_allocations, seat_ids text[],
  admission_allocation app_public.admission_allocations, places integer
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_seat_nos integer[] := array(
    select l.seat_no
    from app_public.performances as p
    join app_public.layout_seats as l
      on l.organization_id = p.organization_id and l.layout_id = p.layout_id
    where p.id = (note_allocated_hold.booking).performance_id
      and l.seat_id = any (note_allocated_hold.seat_ids)
    order by l.seat_no
  );
begin
  insert into app_private.allocation_holds (
    organization_id, booking_id, seat_allocation_id, seat_ids, admission_allocation_id, places
  )
  values (
    (note_allocated_hold.booking).organization_id, (note_allocated_hold.booking).id,
    (note_allocated_hold.seat_allocation).id, coalesce(note_allocated_hold.seat_ids, '{}'),
    (note_allocated_hold.admission_allocation).id, coalesce(note_allocated_hold.places, 0)
  );
  update app_public.seat_booking_state as s
  set locked_until = 'infinity'
  where s.organization_id = (note_allocated_hold.booking).organization_id
    and s.performance_id = (note_allocated_hold.booking).performance_id
    and s.seat_no = any (v_seat_nos)
    and s.booking_id = (note_allocated_hold.booking).id;
  update app_private.admission_claims as c
  set held_until = 'infinity'
  from app_public.admission_pools as p
  where p.organization_id = (note_allocated_hold.admission_allocation).organization_id
    and p.id = (note_allocated_hold.admission_allocation).pool_id
    and c.organization_id = p.organization_id
    and c.booking_id = (note_allocated_hold.booking).id
    and c.pool_id = any (p.chain);
end
$$;

comment on function app_private.note_allocated_hold(
  app_public.bookings, app_public.seat_allocations, text[], app_public.admission_allocations,
  integer
) is 'Remembers what a booking was just given of an allocation.';

--! split: 1056-functions-bookings-own_booking_ids.sql
-- For policies of what belongs to a booking, which ask it once per query, as
-- "= any ((select app_hidden.own_booking_ids())::uuid[])", and without the policies of bookings,
-- which would be opened in every list that has such rows. One array, because a function that
-- returns a set is entered anew for each row.
create or replace function app_hidden.own_booking_ids()
returns uuid[]
language sql stable security definer set search_path = ''
as $$
  select array(
    select b.id
    from app_public.bookings as b
    where b.user_id = (select s.user_id from app_private.current_session as s)
    union all
    select b.id
    from app_public.bookings as b
    where b.cart_token_hash = (select app_hidden.current_cart_hash())
  )
$$;

comment on function app_hidden.own_booking_ids() is
  'The bookings of the signed-in user, or of the cart token.';
grant execute on function app_hidden.own_booking_ids() to lml_anonymous, lml_user;

--! split: 1057-functions-bookings-prolong_admissions.sql
create or replace function app_private.prolong_admissions(
  booking app_public.bookings, until timestamptz
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_private.admission_claims as c
  set held_until = greatest(c.held_until, prolong_admissions.until)
  where c.organization_id = (prolong_admissions.booking).organization_id
    and c.booking_id = (prolong_admissions.booking).id
    and c.held_until is not null;
  perform app_private.require_admissions(prolong_admissions.booking);
end
$$;

comment on function app_private.prolong_admissions(app_public.bookings, timestamptz) is
  'Moves the deadline of the admissions of a booking, if it still owns them all. Raises LMEXP.';

--! split: 1058-functions-bookings-prolong_hold.sql
-- A deadline that need not move is not written, so the seats of a buyer who does not linger are
-- written twice, not three times. Nobody takes them over within the minute that is left for sure.
create or replace function app_private.prolong_hold(
  booking app_public.bookings, until timestamptz
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  -- A deadline never moves closer.
  v_until constant timestamptz := greatest((prolong_hold.booking).expires_at, prolong_hold.until);
  v_seat_nos integer[];
  v_count integer;
begin
  if v_until = (prolong_hold.booking).expires_at
    and v_until > clock_timestamp() + interval '1 minute'
  then
    return;
  end if;
  v_seat_nos := app_private.held_seat_nos(prolong_hold.booking);
  update app_public.seat_booking_state as s
  set locked_until = greatest(s.locked_until, v_until)
  where s.organization_id = (prolong_hold.booking).organization_id
    and s.performance_id = (prolong_hold.booking).performance_id
    and s.seat_no = any (v_seat_nos)
    and s.booking_id = (prolong_hold.booking).id
    and s.status = 'locked';
  get diagnostics v_count = row_count;
  if v_count <> cardinality(v_seat_nos) then
    raise exception 'The hold has run out, and others have taken seats of it.'
      using errcode = 'LMEXP', hint = 'Hold seats again.';
  end if;
  if app_private.has_more_than_seats(prolong_hold.booking) then
    perform app_private.prolong_admissions(prolong_hold.booking, v_until);
    perform app_private.prolong_add_ons(prolong_hold.booking, v_until);
  end if;
  update app_public.bookings as b set expires_at = v_until where b.id = (prolong_hold.booking).id;
end
$$;

comment on function app_private.prolong_hold(app_public.bookings, timestamptz) is
  'Moves the deadline of a booking and its seats, if it still owns them all. Raises LMEXP.';

--! split: 1059-functions-bookings-release_admissions.sql
create or replace function app_public.release_admissions(
  booking_id uuid, ticket_category_id uuid, quantity integer
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    release_admissions.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_left integer := release_admissions.quantity;
  v_item app_public.booking_items;
  v_is_allocated boolean;
begin
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  if v_left is null or v_left < 1 then
    raise exception 'At least one admission is let go.'
      using errcode = 'LMQTY', detail = coalesce(v_left, 0)::text;
  end if;
  for v_item in
    select * from app_public.booking_items as i
    where i.organization_id = v_booking.organization_id
      and i.booking_id = v_booking.id
      and i.item_type = 'admission'
      and i.ticket_category_id = release_admissions.ticket_category_id
    order by i.id desc
  loop
    exit when v_left = 0;
    perform app_private.reprice_line(
      v_item, v_sale, greatest(0, v_item.quantity - v_left), v_item.seat_nos
    );
    v_left := v_left - least(v_left, v_item.quantity);
  end loop;
  if v_left > 0 then
    raise exception 'The booking has fewer admissions of this category.'
      using errcode = 'LMQTY', detail = (release_admissions.quantity - v_left)::text;
  end if;
  v_is_allocated := app_private.lock_allocations_of(v_booking);
  if v_is_allocated then
    perform app_private.lock_allocated_pools(v_booking);
  end if;
  perform app_private.free_admissions(
    v_booking, release_admissions.ticket_category_id, release_admissions.quantity
  );
  if v_is_allocated then
    perform app_private.return_places(
      v_booking, release_admissions.ticket_category_id, release_admissions.quantity
    );
  end if;
  return app_private.masked_booking(app_private.store_booking_totals(v_booking.id));
end
$$;

comment on function app_public.release_admissions(uuid, uuid, integer) is
  'Lets admissions of a draft go, the last ones first; the rest and their prices stay. '
  'Raises LMQTY (it has fewer), LMBKG, LMBST, LMEXP, LMSAL, LMEVT, LMSES, LMCRT.';
grant execute on function app_public.release_admissions(uuid, uuid, integer)
  to lml_anonymous, lml_user;

--! split: 1060-functions-bookings-release_seats.sql
create or replace function app_public.release_seats(booking_id uuid, seat_ids text[])
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    release_seats.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_is_allocated boolean;
begin
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(
    v_booking.performance_id, coalesce(release_seats.seat_ids, '{}')
  );
  if not v_sale.seat_nos <@ app_private.held_seat_nos(v_booking) then
    raise exception 'The booking does not hold all of these seats.' using errcode = 'LMSEA';
  end if;

  v_is_allocated := app_private.lock_allocations_of(v_booking);
  perform app_private.free_seats(v_booking, v_sale.seat_nos);
  if v_is_allocated then
    perform app_private.return_seats(v_booking, v_sale.seat_nos);
  end if;
  perform app_private.reprice_lines_without(v_booking, v_sale, v_sale.seat_nos);
  return app_private.masked_booking(app_private.store_booking_totals(v_booking.id));
end
$$;

comment on function app_public.release_seats(uuid, text[]) is
  'Lets seats of a draft go; the rest and their prices stay. '
  'Raises LMBKG, LMBST, LMEXP, LMSEA (not held by it), LMSDP, LMQTY, LMSAL, LMEVT, LMSES, LMCRT.';
grant execute on function app_public.release_seats(uuid, text[]) to lml_anonymous, lml_user;

--! split: 1061-functions-bookings-request_booking_link.sql
-- Nothing is looked up here: the answer is the same whatever is known, and so is the time it takes.
create or replace function app_public.request_booking_link(booking_reference text, email text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_buyer();
  perform app_hidden.refuse_impersonator();
  insert into app_private.booking_link_requests (booking_reference, email)
  values (
    upper(trim(request_booking_link.booking_reference)),
    trim(request_booking_link.email)::public.citext
  )
  returning id into v_id;
  perform app_private.add_job('booking_link__mail', jsonb_build_object('request_id', v_id));
  return true;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_booking_link(text, text) is
  'Asks for another link to a booking, by its reference and the address that it was made with: if '
  'there is such a booking, a mail goes there. The answer never tells whether there is. '
  'For guests with a cart token, and users. Raises LMINP, LMCRT, LMSES, LMIMP.';
grant execute on function app_public.request_booking_link(text, text) to lml_anonymous, lml_user;

--! split: 1062-functions-bookings-request_waiting_list_place.sql
-- The answer is the same whoever has the mailbox: what there is to say goes there, and nobody waits
-- before it has answered.
create or replace function app_public.request_waiting_list_place(
  performance_id uuid, email text, quantity integer, ticket_category_id uuid default null,
  accessible boolean default false
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text := app_public.create_cart_token();
  v_wish app_public.waiting_list_entries;
  v_sale app_private.sale;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_buyer();
  perform app_hidden.refuse_impersonator();
  v_wish.performance_id := request_waiting_list_place.performance_id;
  v_wish.quantity := request_waiting_list_place.quantity;
  v_wish.ticket_category_id := request_waiting_list_place.ticket_category_id;
  v_wish.is_accessible := coalesce(request_waiting_list_place.accessible, false);
  v_sale := app_private.open_waiting_list(v_wish);
  perform app_private.require_too_few_left(v_wish, v_sale);
  if request_waiting_list_place.email is null then
    perform app_hidden.raise_bad_input(null, 'email');
  end if;
  insert into app_private.waiting_list_tokens (
    token_hash, organization_id, performance_id, ticket_category_id, quantity, is_accessible,
    email, expires_at
  )
  values (
    app_hidden.hash_token(v_token), v_sale.organization_id, v_sale.performance_id,
    v_wish.ticket_category_id, v_wish.quantity, v_wish.is_accessible,
    request_waiting_list_place.email::public.citext, now() + interval '2 days'
  );
  if not app_private.mail_sparingly(
    request_waiting_list_place.email, 'waiting_list_confirm',
    app_private.performance_words(v_sale.organization_id, v_sale.performance_id)
      || jsonb_build_object('token', v_token),
    v_sale.organization_id, array['waiting_list_confirm']
  ) then
    delete from app_private.waiting_list_tokens as t
    where t.token_hash = app_hidden.hash_token(v_token);
  end if;
  return true;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_waiting_list_place(uuid, text, integer, uuid, boolean) is
  'Asks to wait for places without an account: it counts once confirm_waiting_list_place has the '
  'token that is mailed to the address, within two days. For guests with a cart token, and users. '
  'Raises LMWLO (there is no list), LMWLH (as many are free), LMQTY, LMEVT, LMSAL, LMMBR, LMGST, '
  'LMINP, LMNFD, LMCRT, LMSES, LMIMP.';
grant execute on function app_public.request_waiting_list_place(uuid, text, integer, uuid, boolean)
  to lml_anonymous, lml_user;

--! split: 1063-functions-bookings-require_user_limits.sql
-- Two checkouts of one buyer are counted one after the other: the lock comes before the count, in a
-- statement of its own.
create or replace function app_private.require_user_limits(
  booking app_public.bookings, event app_public.events
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := require_user_limits.booking;
  v_over record;
begin
  -- Who sells for somebody keeps to that buyer's limits, or says why not.
  if v_booking.booking_channel not in ('admin', 'phone') and app_hidden.has_performance_permission(
    v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
  ) then
    return;
  end if;
  perform pg_advisory_xact_lock(k)
  from (
    select hashtextextended(who, 0) as k
    from unnest(array[
      'limit of ' || v_booking.user_id, 'limit of ' || v_booking.customer_id,
      'limit of ' || v_booking.cart_token_hash::text
    ]) as who
    where who is not null
    order by 1
  ) as keys;

  with bought as (
    select *
    from app_private.tickets_of_buyer(
      require_user_limits.event, v_booking.user_id, v_booking.customer_id,
      v_booking.cart_token_hash, v_booking.id
    )
  )
  select l.name, l.maximum, l.quantity into v_over
  from (
    select c.name, c.max_per_user as maximum, b.quantity
    from bought as b
    join app_private.lines_by_category(v_booking) as c
      on c.ticket_category_id = b.ticket_category_id
    union all
    select 'this event', (require_user_limits.event).tickets_per_user_max, sum(b.quantity)
    from bought as b
  ) as l
  where l.quantity > l.maximum
  limit 1;
  if found then
    raise exception 'One buyer gets at most % tickets of %.', v_over.maximum, v_over.name
      using errcode = 'LMMAX', detail = v_over.maximum::text,
        hint = 'Tickets that you have, or are paying for, count too.';
  end if;
end
$$;

comment on function app_private.require_user_limits(app_public.bookings, app_public.events) is
  'Raises LMMAX when the buyer would have more tickets than one may. Staff may buy more.';

--! split: 1064-functions-bookings-return_places.sql
create or replace function app_private.return_places(
  booking app_public.bookings, ticket_category_id uuid default null, quantity integer default null
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_left integer := return_places.quantity;
  v_hold record;
  v_places integer;
begin
  for v_hold in
    select h.id, h.places, h.admission_allocation_id, a.pool_id
    from app_private.allocation_holds as h
    join app_public.admission_allocations as a
      on a.organization_id = h.organization_id and a.id = h.admission_allocation_id
    where h.organization_id = (return_places.booking).organization_id
      and h.booking_id = (return_places.booking).id
      and h.places > 0
      and a.released_at is null
      and (return_places.ticket_category_id is null or exists (
        select from app_public.admission_pool_categories as pc
        where pc.organization_id = a.organization_id and pc.pool_id = a.pool_id
          and pc.ticket_category_id = return_places.ticket_category_id
      ))
    order by a.id, h.id
  loop
    v_places := least(v_hold.places, coalesce(v_left, v_hold.places));
    exit when v_places = 0;
    v_left := v_left - v_places;
    begin
      perform app_private.keep_places_back(v_hold.pool_id, v_places);
      update app_public.admission_allocations as a
      set places_left = a.places_left + v_places
      where a.id = v_hold.admission_allocation_id;
    exception
      -- A pool that was made smaller has no room for them any more.
      when sqlstate 'LMFEW' then
        null;
    end;
    update app_private.allocation_holds as h
    set places = h.places - v_places where h.id = v_hold.id;
  end loop;
end
$$;

comment on function app_private.return_places(app_public.bookings, uuid, integer) is
  'Gives places back to their allocations that a booking has just let go, unless these were '
  'released. The caller has locked both, and their pools.';

--! split: 1065-functions-bookings-return_seats.sql
create or replace function app_private.return_seats(
  booking app_public.bookings, seat_nos integer[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_found record;
begin
  for v_found in
    select h.id, a as allocation, p as performance, array(
        select l.seat_id
        from app_public.layout_seats as l
        where l.organization_id = p.organization_id
          and l.layout_id = p.layout_id
          and l.seat_id = any (h.seat_ids)
          and l.seat_no = any (return_seats.seat_nos)
      ) as seat_ids
    from app_private.allocation_holds as h
    join app_public.seat_allocations as a
      on a.organization_id = h.organization_id and a.id = h.seat_allocation_id
    join app_public.performances as p
      on p.organization_id = a.organization_id and p.id = a.performance_id
    where h.organization_id = (return_seats.booking).organization_id
      and h.booking_id = (return_seats.booking).id
      and a.released_at is null
    order by a.id, h.id
  loop
    continue when v_found.seat_ids = '{}';
    perform app_private.keep_back(v_found.allocation, v_found.performance, v_found.seat_ids);
    update app_private.allocation_holds as h
    set seat_ids = array(select unnest(h.seat_ids) except select unnest(v_found.seat_ids))
    where h.id = v_found.id;
  end loop;
end
$$;

comment on function app_private.return_seats(app_public.bookings, integer[]) is
  'Gives seats back to their allocations that a booking has just let go, unless these were '
  'released. The caller has locked both.';

--! split: 1066-functions-bookings-sell_to_customer.sql
create or replace function app_private.sell_to_customer(
  booking app_public.bookings, payment app_public.staff_payment
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := sell_to_customer.booking;
begin
  if v_booking.total_amount_cents = 0 or sell_to_customer.payment = 'link' then
    perform app_private.proceed_to_payment(v_booking);
  elsif sell_to_customer.payment = 'invoice' then
    perform app_private.sell_on_invoice(v_booking);
  else
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id
    returning * into v_booking;
    perform app_private.receive_at_box_office(
      v_booking, sell_to_customer.payment::text::app_public.payment_method
    );
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  if v_booking.status = 'pending_payment' then
    perform app_private.mail_booking(v_booking, 'payment_link');
  end if;
end
$$;

comment on function app_private.sell_to_customer(app_public.bookings, app_public.staff_payment) is
  'Takes the money of a sale by staff, or has the customer mailed how to pay it.';

--! split: 1067-functions-bookings-start_checkout.sql
create or replace function app_public.start_checkout(
  booking_id uuid, email text default null, first_name text default null,
  last_name text default null, phone text default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    start_checkout.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_contact app_public.users;
  v_action app_public.fraud_action;
  v_requires_approval boolean;
  v_is_reopened boolean := v_booking.checkout_started_at is not null;
begin
  if app_private.replay_result(
    start_checkout.idempotency_key, 'start_checkout',
    jsonb_build_array(
      start_checkout.booking_id, start_checkout.email, start_checkout.first_name,
      start_checkout.last_name, start_checkout.phone
    )
  ) is not null then
    -- No checkout leaves a draft: its buyer went back to the cart.
    if v_booking.status = 'draft' then
      raise exception 'This checkout was taken back.'
        using errcode = 'LMIDK', detail = 'start_checkout',
          hint = 'Use a new key to check out again.';
    end if;
    return app_private.masked_booking(v_booking);
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  v_requires_approval := app_private.asks_for_approval(v_booking);
  if v_requires_approval is null then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;

  perform app_private.require_revenue_limit(v_booking);

  v_contact := app_private.require_contact(
    v_booking.user_id, start_checkout.email, start_checkout.first_name, start_checkout.last_name,
    start_checkout.phone
  );
  perform app_private.prolong_hold(
    v_booking, least(
      now() + make_interval(secs => v_sale.checkout_seconds),
      v_booking.created_at + make_interval(secs => v_sale.hold_seconds_max)
    )
  );
  update app_public.bookings as b
  set customer_id = app_private.find_or_create_customer(
      v_booking.organization_id, v_booking.user_id, v_contact.email, v_contact.first_name,
      v_contact.last_name, v_contact.phone
    ),
    customer_email = v_contact.email,
    customer_name = nullif(concat_ws(' ', v_contact.first_name, v_contact.last_name), ''),
    checkout_started_at = now()
  where b.id = v_booking.id
  returning * into v_booking;

  perform app_private.require_buyer_limits(v_booking);
  if v_booking.discount_cents > 0 then
    perform app_private.require_discount_uses(v_booking);
  end if;

  v_action := app_private.screen_checkout(v_booking, v_contact.phone);
  -- What was asked for before somebody went back to the cart, and is not to be paid now.
  if v_is_reopened and (
    v_action = 'review' or v_requires_approval or v_booking.total_amount_cents = 0
  ) then
    perform app_private.withdraw_payment(v_booking);
  end if;
  if v_action = 'block' then
    perform app_private.refuse_checkout(v_booking);
  elsif v_action = 'review' then
    perform app_private.hold_for_review(v_booking);
  elsif v_requires_approval then
    perform app_private.request_approval(v_booking);
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  perform app_private.keep_result(start_checkout.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.start_checkout(uuid, text, text, text, text, text) is
  'Freezes a draft, prolongs its hold if that is short, and asks for the payment; a free booking '
  'is confirmed at once. A user''s own address and name are the defaults. The rules against '
  'fraud may return it canceled (not accepted; its seats are free) or as fraud_hold (somebody '
  'looks at it first), and a category that requires approval as pending_approval. Raises LMBKG, '
  'LMBST, LMEXP, LMCON (no e-mail address), LMQTY (empty), LMEVT, LMSAL, LMINP, LMSES, LMCRT, '
  'LMIDK (also for a checkout that reopen_checkout took back), LMLIM (the organization''s plan), '
  'LMMAX (one buyer gets no more), LMPLN (its payment plan is not for it any more), LMDSC (one '
  'buyer uses the discount code no more often), LMNFD (a private event without its code).';
grant execute on function app_public.start_checkout(uuid, text, text, text, text, text)
  to lml_anonymous, lml_user;

--! split: 1068-functions-bookings-tickets_of_buyer.sql
-- What one has and what one is paying for, wherever it was bought; and a draft, if one is named.
create or replace function app_private.tickets_of_buyer(
  event app_public.events, user_id uuid, customer_id uuid, cart_token_hash bytea, draft_id uuid
)
returns table (ticket_category_id uuid, quantity bigint)
language sql stable security definer set search_path = ''
as $$
  select i.ticket_category_id, sum(i.quantity - i.returned_quantity)
  from app_public.bookings as b
  join app_public.performances as p
    on p.organization_id = b.organization_id and p.id = b.performance_id
  join app_public.booking_items as i
    on i.organization_id = b.organization_id and i.booking_id = b.id
  where b.organization_id = (tickets_of_buyer.event).organization_id
    and p.event_id = (tickets_of_buyer.event).id
    and (
      b.id = tickets_of_buyer.draft_id
      or (
        (
          b.user_id = tickets_of_buyer.user_id
          or b.customer_id = tickets_of_buyer.customer_id
          or b.cart_token_hash = tickets_of_buyer.cart_token_hash
        )
        and (
          app_private.is_sold(b.status)
          or (
            b.status in ('pending_payment', 'fraud_hold', 'pending_approval')
            and b.expires_at > now()
          )
        )
      )
    )
    and i.item_type in ('seat', 'admission')
  group by i.ticket_category_id
$$;

comment on function app_private.tickets_of_buyer(app_public.events, uuid, uuid, bytea, uuid) is
  'How many tickets of an event one buyer has, by category: whoever has the same account, the same '
  'address, or the same cart.';

--! split: 1069-functions-payments-adopt_refund.sql
-- Booking and payment are locked. What the buyer has back takes first what a refund of ours has
-- failed to return, whose rest is sent again; what is then missing of the price is taken off the
-- sale, also of what was kept of one that has ended.
create or replace function app_private.adopt_refund(
  booking app_public.bookings, intent app_public.payment_intents, object jsonb, note text
)
returns app_public.refunds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := adopt_refund.booking;
  v_intent app_public.payment_intents := adopt_refund.intent;
  v_amount bigint := adopt_refund.object ->> 'amount';
  v_failed app_public.refunds := app_private.refund_to_replace(v_intent, v_amount);
  v_rest bigint := app_private.rest_of_refund(v_failed, v_intent) - v_amount;
  v_request app_public.refund_requests;
  v_id uuid;
  v_refund app_public.refunds;
begin
  if v_booking.status in ('partially_paid', 'disputed') then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  perform app_private.require_undisputed(v_intent, v_amount);
  -- If some of it is left to be sent, that is the next attempt at it.
  if v_rest > 0 then
    v_id := app_private.queue_refund(
      v_intent, v_amount, 'customer_request', v_failed.request_id
    );
    perform app_private.queue_refund(
      v_intent, v_rest, v_failed.reason, v_failed.request_id, v_failed
    );
  else
    v_id := app_private.queue_refund(
      v_intent, v_amount, coalesce(v_failed.reason, 'customer_request'), v_failed.request_id,
      v_failed
    );
  end if;
  update app_public.refunds as r
  set stripe_refund_id = adopt_refund.object ->> 'id'
  where r.id = v_id
  returning * into strict v_refund;
  v_request.amount_cents := least(
    v_amount, app_private.owed_of(v_booking),
    v_booking.total_amount_cents - v_booking.refunded_cents
  );
  if v_booking.confirmed_at is null or v_request.amount_cents = 0 then
    return v_refund;
  end if;
  v_request.organization_id := v_booking.organization_id;
  v_request.booking_id := v_booking.id;
  v_request.currency := v_booking.currency;
  v_request.kind := 'partial';
  v_request.status := 'approved';
  v_request.reason := v_refund.reason;
  v_request.note := adopt_refund.note;
  v_request.is_exception := true;
  v_request := app_private.store_refund_request(v_request);
  update app_public.refunds as r set request_id = v_request.id
  where r.id = v_refund.id
  returning * into v_refund;
  perform app_private.take_back(
    v_booking, v_request,
    array(select p from app_private.parts_of_amount(v_booking, v_request.amount_cents) as p)
  );
  return v_refund;
end
$$;

comment on function app_private.adopt_refund(
  app_public.bookings, app_public.payment_intents, jsonb, text
) is
  'Makes a refund of what somebody has returned at Stripe, and takes what it was for off the sale. '
  'Raises LMBST, LMDSP, LMRFX.';

--! split: 1070-functions-payments-adopt_reversal.sql
-- The payout is locked.
create or replace function app_private.adopt_reversal(
  payout app_public.payouts, object jsonb, note text
)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := adopt_reversal.payout;
  v_left bigint := v_payout.net_payout_cents - v_payout.reversed_cents;
  v_id uuid;
begin
  -- Stripe will refuse one of ours.
  if (adopt_reversal.object ->> 'amount')::bigint > v_left then
    raise exception 'Less than that is left, as long as a reversal of ours is under way.'
      using errcode = 'LMRFX', detail = v_left::text, hint = 'Try again when it has ended.';
  end if;
  insert into app_public.payout_reversals (
    organization_id, payout_id, amount_cents, reason, requested_by
  )
  values (
    v_payout.organization_id, v_payout.id, (adopt_reversal.object ->> 'amount')::bigint,
    adopt_reversal.note, app_hidden.require_user_id()
  )
  returning id into v_id;
  update app_public.payouts as p
  set reversed_cents = p.reversed_cents + (adopt_reversal.object ->> 'amount')::bigint
  where p.id = v_payout.id
  returning * into v_payout;
  perform app_private.record_payout_reversal(
    v_id, adopt_reversal.object ->> 'id',
    app_private.stripe_id_in(adopt_reversal.object, 'balance_transaction'), null
  );
  return v_payout;
end
$$;

comment on function app_private.adopt_reversal(app_public.payouts, jsonb, text) is
  'Makes a reversal of what somebody has taken back at Stripe. Raises LMRFX.';

--! split: 1071-functions-payments-agreed_fees_payer.sql
-- A correction is borne as what it corrects, which says so if it moved such fees itself, and may be
-- a correction, too: else a fee that was taken back, and was right after all, would be nobody's.
create or replace function app_private.agreed_fees_payer(
  organization_id uuid, source text, corrects_id uuid
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    case
      when starts_with(agreed_fees_payer.source, 'stripe_fee:') then
        app_private.bears_stripe_fees(s.organization_id, f.id)
      when starts_with(agreed_fees_payer.source, 'dispute') then (
        select app_private.bears_stripe_fees(d.organization_id, d.payment_intent_id)
        from app_public.disputes as d
        where d.organization_id = s.organization_id and d.id = f.id
      )
    end,
    (
      select case
        when t.category = 'payment' or exists (
          select from app_public.ledger_entries as e
          join app_public.ledger_accounts as a
            on a.organization_id = e.organization_id and a.id = e.account_id
          where e.organization_id = t.organization_id and e.transaction_id = t.id
            and a.kind = 'stripe_fees'
        )
          then t.pays_stripe_fees
        else app_private.agreed_fees_payer(t.organization_id, t.source, t.corrects_id)
      end
      from app_public.ledger_transactions as t
      where t.organization_id = s.organization_id and t.id = agreed_fees_payer.corrects_id
    ),
    s.pays_stripe_fees
  )
  from app_public.organization_settings as s
  cross join lateral (
    select case when pg_input_is_valid(i.text, 'uuid') then i.text::uuid end as id
    from split_part(agreed_fees_payer.source, ':', 2) as i (text)
  ) as f
  where s.organization_id = agreed_fees_payer.organization_id
$$;

comment on function app_private.agreed_fees_payer(uuid, text, uuid) is
  'Whether the organization bears what Stripe charges for a fact: as agreed for its payment, or '
  'for what it corrects, or else as agreed now.';

--! split: 1072-functions-payments-apply_charge.sql
-- The payment intent says what was paid. A charge adds by which charge, and what Stripe has
-- returned of it without being asked.
create or replace function app_private.apply_charge(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_charge.object;
  v_stripe_id text := coalesce(
    v_object #>> '{payment_intent,id}', v_object ->> 'payment_intent'
  );
  v_intent app_public.payment_intents;
begin
  if v_stripe_id is null then
    return 'ignored: no payment intent';
  end if;
  v_intent := app_private.lock_payment_of(v_object);
  if v_intent.id is null then
    return 'parked: ' || v_stripe_id;
  end if;
  if v_stripe_id <> v_intent.stripe_payment_intent_id then
    return 'refused: event_identity_differs';
  end if;
  if not app_private.was_asked_for(v_intent, v_object ->> 'amount') then
    return 'refused: event_amount_differs';
  end if;
  if upper(v_object ->> 'currency') is distinct from v_intent.currency then
    return 'refused: event_currency_differs';
  end if;
  -- What was only authorized and is released was never charged.
  if v_object ->> 'captured' = 'false' and v_intent.capture_method = 'manual' then
    perform app_private.record_charge(v_intent, v_object);
    return 'applied';
  end if;
  -- All that was ever asked for, as news of a refund that failed later may come after that.
  -- What was authorized and not charged counts as returned at Stripe.
  if (v_object ->> 'amount_refunded')::numeric
    - (v_object ->> 'amount')::numeric
    + coalesce((v_object ->> 'amount_captured')::numeric, (v_object ->> 'amount')::numeric) > (
    select coalesce(sum(r.amount_cents), 0)
    from app_public.refunds as r
    where r.organization_id = v_intent.organization_id and r.payment_intent_id = v_intent.id
  ) then
    return 'refused: refund_not_asked_for';
  end if;
  if v_object ->> 'status' = 'succeeded' and v_intent.stripe_charge_id <> v_object ->> 'id' then
    return 'refused: second_charge';
  end if;
  perform app_private.record_charge(v_intent, v_object);
  if v_object ->> 'status' is distinct from 'succeeded' then
    return 'applied';
  end if;
  update app_public.payment_intents as p
  set stripe_charge_id = v_object ->> 'id'
  where p.id = v_intent.id and p.stripe_charge_id is null;
  return 'applied';
end
$$;

comment on function app_private.apply_charge(jsonb) is
  'What Stripe says of a charge: applied, ignored without a payment intent, parked while that is '
  'unknown, refused when it is not what was asked for.';

--! split: 1073-functions-payments-apply_refund.sql
-- By our own id in the metadata; one that was made at Stripe, and booked here, by Stripe's.
create or replace function app_private.apply_refund(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_text text := apply_refund.object #>> '{metadata,lml_refund_id}';
  v_refund app_public.refunds;
begin
  if pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    select * into v_refund from app_public.refunds as r where r.id = v_text::uuid;
    if not found then
      return app_private.outcome_without_parent(apply_refund.object, 'lml_refund_id');
    end if;
  else
    -- Whoever books it at this moment has locked its booking.
    perform app_private.lock_payment_of(apply_refund.object);
    select * into v_refund
    from app_public.refunds as r where r.stripe_refund_id = apply_refund.object ->> 'id';
    if not found then
      return app_private.outcome_of_unasked_refund(apply_refund.object);
    end if;
  end if;
  if apply_refund.object ->> 'amount' is distinct from v_refund.amount_cents::text then
    return 'refused: event_amount_differs';
  end if;
  if upper(apply_refund.object ->> 'currency') is distinct from v_refund.currency then
    return 'refused: event_currency_differs';
  end if;
  if apply_refund.object ->> 'id' <> v_refund.stripe_refund_id
    or app_private.stripe_id_in(apply_refund.object, 'payment_intent') <> (
      select p.stripe_payment_intent_id from app_public.payment_intents as p
      where p.organization_id = v_refund.organization_id and p.id = v_refund.payment_intent_id
    )
  then
    return 'refused: event_identity_differs';
  end if;
  if not app_private.belongs_as_it_says(
    apply_refund.object, v_refund.organization_id, v_refund.booking_id
  ) then
    return 'refused: event_metadata_differs';
  end if;
  perform app_private.record_refund(
    v_refund.id, apply_refund.object ->> 'id', apply_refund.object ->> 'status',
    apply_refund.object ->> 'failure_reason'
  );
  -- What came back had left, also when nobody has told, or never will, that it had succeeded.
  if apply_refund.object ->> 'status' = 'failed'
    and apply_refund.object ->> 'failure_balance_transaction' is not null
  then
    perform app_private.record_refund(
      v_refund.id, apply_refund.object ->> 'id', 'succeeded', null
    );
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_refund(jsonb) is
  'What Stripe says of a refund: applied, ignored when it is not ours, parked when it is not '
  'known, refused when it is not what was asked for.';

--! split: 1074-functions-payments-book_partial_capture.sql
-- Who charges a part of what was authorized, in Stripe's dashboard, asks nobody here. A part buys
-- nothing, so it is booked as what it is, money that came, and goes back as any other that was not
-- asked for; the order waits on.
create or replace function app_public.book_partial_capture(finding_id uuid, note text)
returns app_public.payment_findings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_finding app_public.payment_findings;
  v_object jsonb;
  v_intent app_public.payment_intents;
  v_received bigint;
begin
  select * into v_finding
  from app_public.payment_findings as f where f.id = book_partial_capture.finding_id;
  perform app_private.lock_booking_for_refund(v_finding.booking_id, 'payments.manage');
  perform app_hidden.refuse_impersonator();
  if v_finding.resolved_at is not null then
    return v_finding;
  end if;
  v_object := app_private.object_of_finding(v_finding);
  v_intent := app_private.lock_payment_of(v_object);
  if pg_input_is_valid(coalesce(v_object ->> 'amount_received', ''), 'bigint') then
    v_received := v_object ->> 'amount_received';
  end if;
  if v_finding.kind <> 'event_amount_differs'
    or v_object ->> 'object' is distinct from 'payment_intent'
    or v_object ->> 'status' is distinct from 'succeeded'
    or v_intent.status is not distinct from 'succeeded'
    or app_private.payment_intent_refusal(v_object - 'amount_received', v_intent) is not null
    or coalesce(v_received not between 1 and (v_object ->> 'amount')::bigint - 1, true)
  then
    raise exception 'This tells of no part of a payment that was charged.'
      using errcode = 'LMINP', detail = 'finding_id',
        hint = 'Take the finding whose subject is the payment; after 90 days have it sent again.';
  end if;
  -- What was asked for stays known, as Stripe goes on to tell it.
  insert into app_private.payment_intent_changes (
    organization_id, payment_intent_id, change_no, amount_before_cents, amount_cents, ended_at
  )
  select v_intent.organization_id, v_intent.id, coalesce(max(c.change_no), 0) + 1,
    (v_object ->> 'amount')::bigint, v_received, now()
  from app_private.payment_intent_changes as c
  where c.payment_intent_id = v_intent.id;
  perform app_private.receive_payment(
    v_intent, v_object || jsonb_build_object('amount', v_received)
  );
  return app_public.resolve_payment_finding(v_finding.id, book_partial_capture.note);
end
$$;

comment on function app_public.book_partial_capture(uuid, text) is
  'Books a part of an authorized payment that somebody has charged by hand at Stripe, of which a '
  'finding tells, and returns it to the buyer, whose order waits on. Closes the finding; repeating '
  'it is harmless. Needs payments.manage. Raises LMBKG, LMRGT, LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.book_partial_capture(uuid, text) to lml_user;

--! split: 1075-functions-payments-book_unasked_refund.sql
-- Who returns money in Stripe's dashboard asks nobody here, so that nothing is booked before
-- somebody says that it was meant. What Stripe has told of it is then applied as of any other one.
create or replace function app_public.book_unasked_refund(finding_id uuid, note text)
returns app_public.refunds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_finding app_public.payment_findings;
  v_booking app_public.bookings;
  v_object jsonb;
  v_refund app_public.refunds;
  v_constraint text;
  v_column text;
begin
  select * into v_finding
  from app_public.payment_findings as f where f.id = book_unasked_refund.finding_id;
  v_booking := app_private.lock_booking_for_refund(v_finding.booking_id, 'payments.refund');
  -- With what was told of it meanwhile.
  select * into strict v_finding
  from app_public.payment_findings as f where f.id = v_finding.id;
  perform app_hidden.refuse_impersonator();
  select * into v_refund
  from app_public.refunds as r
  where r.organization_id = v_booking.organization_id and r.stripe_refund_id = v_finding.subject;
  if found then
    return v_refund;
  end if;
  if coalesce(length(trim(book_unasked_refund.note)), 0) not between 1 and 2000 then
    raise exception 'Say why it was returned.' using errcode = 'LMINP', detail = 'note';
  end if;
  v_object := app_private.object_of_finding(v_finding);
  if v_finding.kind <> 'refund_not_asked_for'
    or v_object ->> 'object' is distinct from 'refund'
  then
    raise exception 'This tells of no refund that could be booked.'
      using errcode = 'LMINP', detail = 'finding_id',
        hint = 'Take the finding whose subject is the refund; after 90 days have it sent again.';
  end if;
  if v_object ->> 'status' in ('failed', 'canceled') then
    raise exception 'It did not arrive: nothing was returned.'
      using errcode = 'LMINP', detail = 'status', hint = 'Close the finding.';
  end if;
  v_refund := app_private.adopt_refund(
    v_booking, app_private.lock_payment_of(v_object), v_object, trim(book_unasked_refund.note)
  );
  perform app_private.apply_refund(e.payload #> '{data,object}')
  from (
    select e.payload from app_private.stripe_events as e
    where e.id = any (v_finding.stripe_event_ids)
    order by e.stripe_created_at, e.id
  ) as e;
  update app_public.payment_findings as f
  set resolved_at = now(), resolved_by = app_hidden.current_user_id(),
    resolution_note = trim(book_unasked_refund.note)
  where f.organization_id = v_booking.organization_id and f.kind = 'refund_not_asked_for'
    and f.resolved_at is null
    and f.subject in (v_finding.subject, app_private.stripe_id_in(v_object, 'charge'));
  select * into strict v_refund from app_public.refunds as r where r.id = v_refund.id;
  return v_refund;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.book_unasked_refund(uuid, text) is
  'Books what somebody has returned by hand at Stripe, of which a finding tells: as a refund, and '
  'as what it takes back of the sale; the buyer keeps the tickets. If one of ours failed because '
  'of it, it takes that one''s place. Closes the finding; repeating it is harmless. Needs '
  'payments.refund. Raises LMBKG, LMRGT, LMBST (a booking in installments), LMDSP (the payment is '
  'disputed), LMRFX (refunds of ours are under way), LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.book_unasked_refund(uuid, text) to lml_user;

--! split: 1076-functions-payments-book_unasked_reversals.sql
-- As with refunds, nothing is booked before somebody says that it was meant.
create or replace function app_public.book_unasked_reversals(finding_id uuid, note text)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_finding app_public.payment_findings;
  v_object jsonb;
  v_payout app_public.payouts;
  v_reversal jsonb;
begin
  perform app_hidden.require_platform_role('support');
  select * into v_finding
  from app_public.payment_findings as f where f.id = book_unasked_reversals.finding_id;
  if not found then
    raise exception 'There is no such finding.' using errcode = 'LMNFD', detail = 'finding_id';
  end if;
  if coalesce(length(trim(book_unasked_reversals.note)), 0) not between 1 and 2000 then
    raise exception 'Say why it was taken back.' using errcode = 'LMINP', detail = 'note';
  end if;
  select p.* into v_payout
  from app_public.payouts as p
  where p.stripe_transfer_id = v_finding.subject and p.status = 'paid'
  for no key update;
  -- With what was told of it meanwhile.
  select * into strict v_finding
  from app_public.payment_findings as f where f.id = v_finding.id;
  v_object := app_private.object_of_finding(v_finding);
  if v_finding.kind <> 'reversal_not_asked_for' or num_nulls(v_payout.id, v_object) > 0 then
    raise exception 'This tells of no reversal that could be booked.'
      using errcode = 'LMINP', detail = 'finding_id', hint = 'After 90 days have it sent again.';
  end if;
  for v_reversal in
    select r from app_private.unasked_reversals_in(v_object, v_payout.organization_id) as r
  loop
    v_payout := app_private.adopt_reversal(
      v_payout, v_reversal, trim(book_unasked_reversals.note)
    );
  end loop;
  update app_public.payment_findings as f
  set resolved_at = now(), resolved_by = app_hidden.current_user_id(),
    resolution_note = trim(book_unasked_reversals.note)
  where f.id = v_finding.id and f.resolved_at is null;
  return v_payout;
end
$$;

comment on function app_public.book_unasked_reversals(uuid, text) is
  'Books what somebody has taken back of a payout by hand at Stripe, of which a finding tells: the '
  'payee is owed it again. Closes the finding; repeating it is harmless. For the platform''s '
  'support. Raises LMRFX (one of ours is under way), LMINP, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.book_unasked_reversals(uuid, text) to lml_user;

--! split: 1077-functions-payments-check_kept_was_paid.sql
create or replace function app_private.check_kept_was_paid()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'kept_was_paid', b.organization_id, b.id,
    format('%s is kept, and %s is left of what was paid', k.kept, p.left_over)
  from app_public.bookings as b
  cross join lateral (select b.total_amount_cents - b.refunded_cents as kept) as k
  cross join lateral (
    -- What a failed refund is to return again is here still, and an invoice may be paid.
    select coalesce(sum(
      case when p.method = 'invoice' and p.status = 'pending' then p.amount_cents
        else p.received_cents - p.refunded_cents - coalesce((
          select sum(d.lost_cents) from app_public.disputes as d
          where d.organization_id = p.organization_id and d.payment_intent_id = p.id
        ), 0)
      end
    ), 0) as left_over
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p
  where b.status in ('canceled', 'refunded') and b.confirmed_at is not null
    and k.kept > p.left_over
$$;

comment on function app_private.check_kept_was_paid() is
  'A booking that ended, and of whose sale more is kept than its buyer has paid.';

--! split: 1078-functions-payments-check_payments.sql
create or replace function app_private.check_payments()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_confirmed_booking_is_paid()
  union all
  select * from app_private.check_paid_parts_were_received()
  union all
  select * from app_private.check_refunded_is_sum_of_refunds()
  union all
  select * from app_private.check_open_payment_is_of_the_price()
  union all
  select * from app_private.check_authorized_card_waits_for_an_answer()
  union all
  select * from app_private.check_unwanted_money_is_on_its_way_back()
  union all
  select * from app_private.check_kept_was_paid()
  union all
  select * from app_private.check_taken_back_is_sum_of_items()
  union all
  select * from app_private.check_line_gives_back_what_it_has()
$$;

comment on function app_private.check_payments() is
  'What is inconsistent of payments and of what goes back.';

--! split: 1079-functions-payments-free_add_on_units.sql
-- What has left the house, or was seen, is not there to be sold again. Counters in order, as
-- everywhere.
create or replace function app_private.free_add_on_units(
  booking app_public.bookings, parts app_private.refund_part[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_line record;
begin
  for v_line in
    select i.add_on_id, count(*)::integer as returned,
      case
        when a.returns_to_stock or app_private.has_codes(a) then count(c.id) else count(*)
      end::integer as lost
    from unnest(free_add_on_units.parts) as p
    join app_public.booking_items as i
      on i.organization_id = (free_add_on_units.booking).organization_id
      and i.id = p.booking_item_id
    join app_public.add_ons as a on a.organization_id = i.organization_id and a.id = i.add_on_id
    left join app_private.add_on_codes as c
      on c.organization_id = i.organization_id and c.booking_item_id = i.id
      and c.unit_no = p.unit_no
    where p.is_return and p.unit_no is not null and a.is_limited
    group by i.add_on_id, a.id
    order by i.add_on_id
  loop
    update app_private.add_on_counters as s
    set sold = s.sold - v_line.returned, total = s.total - v_line.lost
    where s.organization_id = (free_add_on_units.booking).organization_id
      and s.add_on_id = v_line.add_on_id;
    delete from app_private.add_on_claims as c
    where c.organization_id = (free_add_on_units.booking).organization_id
      and c.booking_id = (free_add_on_units.booking).id
      and c.add_on_id = v_line.add_on_id
      and c.quantity = v_line.returned;
    update app_private.add_on_claims as c
    set quantity = c.quantity - v_line.returned
    where c.organization_id = (free_add_on_units.booking).organization_id
      and c.booking_id = (free_add_on_units.booking).id
      and c.add_on_id = v_line.add_on_id;
  end loop;
end
$$;

comment on function app_private.free_add_on_units(
  app_public.bookings, app_private.refund_part[]
) is
  'Gives back units of add-ons of a locked booking that goes on: to be sold again, if the add-on '
  'says so.';

--! split: 1080-functions-payments-issue_disputed_tickets.sql
-- The last installment came while a bank decides about another one. Before it is lost: what is
-- taken back is taken off tickets, which would be worth all of their line if they came after that.
create or replace function app_private.issue_disputed_tickets(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if (issue_disputed_tickets.booking).payment_plan_id is null
    or exists (
      select from app_public.booking_payment_schedule as s
      where s.organization_id = (issue_disputed_tickets.booking).organization_id
        and s.booking_id = (issue_disputed_tickets.booking).id
        and s.status <> 'paid'
    )
    or exists (
      select from app_public.tickets as t
      where t.organization_id = (issue_disputed_tickets.booking).organization_id
        and t.booking_id = (issue_disputed_tickets.booking).id
    )
  then
    return;
  end if;
  perform app_private.issue_tickets(issue_disputed_tickets.booking);
  update app_public.tickets as t
  set is_disputed = true
  where t.organization_id = (issue_disputed_tickets.booking).organization_id
    and t.booking_id = (issue_disputed_tickets.booking).id;
end
$$;

comment on function app_private.issue_disputed_tickets(app_public.bookings) is
  'Issues the tickets of a disputed booking of which all parts are paid, blocked as it is.';

--! split: 1081-functions-payments-outcome_of_unasked_refund.sql
-- A refund that does not say for which of ours it is: somebody may have returned one of our
-- payments by hand at Stripe. Until the payment is known, nobody can tell.
create or replace function app_private.outcome_of_unasked_refund(object jsonb)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_stripe_id text := coalesce(
    outcome_of_unasked_refund.object #>> '{payment_intent,id}',
    outcome_of_unasked_refund.object ->> 'payment_intent'
  );
  v_intent app_public.payment_intents;
begin
  if v_stripe_id is null then
    return 'ignored: not ours';
  end if;
  v_intent := app_private.payment_of_stripe_object(outcome_of_unasked_refund.object);
  if v_intent.id is null then
    return 'parked: ' || v_stripe_id;
  end if;
  -- So Stripe calls it, too, when what was authorized is let go, and no money moves.
  if v_intent.capture_method = 'manual'
    and outcome_of_unasked_refund.object ->> 'balance_transaction' is null
    and (v_intent.status <> 'succeeded' or exists (
      select from app_private.payment_intent_changes as c
      where c.payment_intent_id = v_intent.id and c.amount_cents = v_intent.received_cents
        and outcome_of_unasked_refund.object ->> 'amount'
          = (c.amount_before_cents - c.amount_cents)::text
    ))
  then
    return 'ignored: nothing was charged';
  end if;
  return 'refused: refund_not_asked_for';
end
$$;

comment on function app_private.outcome_of_unasked_refund(jsonb) is
  'What becomes of news of a refund that was not asked for here.';

--! split: 1082-functions-payments-payment_intent_refusal.sql
create or replace function app_private.payment_intent_refusal(
  object jsonb, intent app_public.payment_intents
)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_object jsonb := payment_intent_refusal.object;
  v_intent app_public.payment_intents := payment_intent_refusal.intent;
begin
  return 'refused: ' || case
    when v_object #>> '{metadata,lml_payment_intent_id}' is distinct from v_intent.id::text
      or not app_private.belongs_as_it_says(
        v_object, v_intent.organization_id, v_intent.booking_id
      )
      then 'event_metadata_differs'
    when coalesce(v_object ->> 'id', '') = ''
      or v_object ->> 'id' <> v_intent.stripe_payment_intent_id
      then 'event_identity_differs'
    when not app_private.was_asked_for(v_intent, v_object ->> 'amount')
      then 'event_amount_differs'
    when v_object ->> 'status' = 'succeeded' and v_object ? 'amount_received'
      and v_object ->> 'amount_received' is distinct from v_object ->> 'amount'
      -- A part that was charged by hand, and has been booked.
      and v_object ->> 'amount_received'
        is distinct from nullif(v_intent.received_cents, 0)::text
      then 'event_amount_differs'
    when upper(v_object ->> 'currency') is distinct from v_intent.currency
      then 'event_currency_differs'
    when coalesce(v_object ->> 'status', '') not in (
      'requires_payment_method', 'requires_confirmation', 'requires_action', 'processing',
      'requires_capture', 'canceled', 'succeeded'
    )
      then 'event_status_unknown'
  end;
end
$$;

comment on function app_private.payment_intent_refusal(jsonb, app_public.payment_intents) is
  'Why what Stripe says of a payment is not believed; null: it is what was asked for.';

--! split: 1083-functions-payments-record_stripe_outcome.sql
-- What a parked event waits for wakes it when it comes. What came at the same moment saw no parked
-- event, so it is tried again by a job after a second, then at half its age, and from a minute on
-- by the sweep: often while what it waits for may still come, and rarely when it will not.
create or replace function app_private.record_stripe_outcome(
  event app_private.stripe_events, result text
)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_private.stripe_events := record_stripe_outcome.event;
  v_outcome text := split_part(record_stripe_outcome.result, ': ', 1);
  v_reason text := left(
    nullif(substr(record_stripe_outcome.result, length(v_outcome) + 3), ''), 500
  );
  v_pause interval := greatest(interval '1 second', (now() - v_event.received_at) / 2);
begin
  if v_outcome = v_event.outcome and v_reason is not distinct from v_event.reason
    and v_outcome <> 'parked'
  then
    return v_outcome;
  end if;
  update app_private.stripe_events as e
  set outcome = v_outcome,
    reason = v_reason,
    applied_at = case when v_outcome <> 'parked' then coalesce(e.applied_at, now()) end,
    parked_at = case when v_outcome = 'parked' then coalesce(e.parked_at, now())
      else e.parked_at end,
    retry_at = case when v_outcome = 'parked'
      then now() + greatest(interval '1 minute', v_pause) end
  where e.id = v_event.id
  returning * into v_event;

  if v_outcome = 'refused' then
    perform app_private.raise_event_finding(v_event, v_reason);
  elsif v_outcome = 'parked' then
    if v_pause < interval '1 minute' then
      perform app_private.add_keyed_job(
        'stripe_event__apply', jsonb_build_object('event_id', v_event.id),
        'stripe_event:' || v_event.id, v_pause
      );
    end if;
    if now() - v_event.parked_at > app_private.parked_events_are_found_after() then
      perform app_private.raise_event_finding(v_event, 'event_without_parent');
    end if;
  end if;
  return v_outcome;
end
$$;

comment on function app_private.record_stripe_outcome(app_private.stripe_events, text) is
  'Remembers what became of an event, and makes a finding of what people must see.';

--! split: 1084-functions-payments-refund_booking_amount.sql
create or replace function app_public.refund_booking_amount(
  booking_id uuid, amount_cents bigint, note text,
  reason app_public.refund_reason default 'customer_request', idempotency_key text default null
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_for_refund(
    refund_booking_amount.booking_id, 'payments.refund'
  );
  v_request app_public.refund_requests;
  v_known uuid := app_private.replay_result(
    refund_booking_amount.idempotency_key, 'refund_booking_amount',
    jsonb_build_array(
      refund_booking_amount.booking_id, refund_booking_amount.amount_cents,
      refund_booking_amount.note, refund_booking_amount.reason
    )
  );
begin
  if v_known is not null then
    return app_private.known_refund_request(v_known);
  end if;
  perform app_hidden.require_chargeable(
    refund_booking_amount.amount_cents, v_booking.currency, 'amount_cents'
  );
  v_request.kind := 'partial';
  v_request.amount_cents := refund_booking_amount.amount_cents;
  v_request.reason := refund_booking_amount.reason;
  v_request.note := refund_booking_amount.note;
  v_request := app_private.request_refund(v_booking, v_request);
  perform app_private.keep_result(refund_booking_amount.idempotency_key, v_request.id);
  return v_request;
end
$$;

comment on function app_public.refund_booking_amount(
  uuid, bigint, text, app_public.refund_reason, text
) is
  'Returns an amount, within what was received, whatever the terms say; the '
  'buyer keeps the tickets. '
  'Above the organization''s threshold somebody else has to approve it. Needs payments.refund. '
  'Raises LMBKG, LMRGT, LMBST, LMRFX (less is left), LMINP, LMIMP, LMIDK, '
  'LMAUT, LMSES.';
grant execute on function app_public.refund_booking_amount(
  uuid, bigint, text, app_public.refund_reason, text
) to lml_user;

--! split: 1085-functions-payments-refund_fees.sql
create or replace function app_public.refund_fees(
  booking_id uuid, note text, ticket_ids uuid[] default null,
  with_service_fees boolean default true, with_processing_fees boolean default true,
  reason app_public.refund_reason default 'customer_request', idempotency_key text default null
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_for_refund(
    refund_fees.booking_id, 'payments.refund'
  );
  v_request app_public.refund_requests;
  v_known uuid := app_private.replay_result(
    refund_fees.idempotency_key, 'refund_fees',
    jsonb_build_array(
      refund_fees.booking_id, refund_fees.note, refund_fees.ticket_ids,
      refund_fees.with_service_fees, refund_fees.with_processing_fees, refund_fees.reason
    )
  );
begin
  if v_known is not null then
    return app_private.known_refund_request(v_known);
  end if;
  v_request.kind := 'fee_only';
  v_request.ticket_ids := refund_fees.ticket_ids;
  v_request.refunds_service_fees := refund_fees.with_service_fees;
  v_request.refunds_processing_fees := refund_fees.with_processing_fees;
  v_request.reason := refund_fees.reason;
  v_request.note := refund_fees.note;
  v_request := app_private.request_refund(v_booking, v_request);
  perform app_private.keep_result(refund_fees.idempotency_key, v_request.id);
  return v_request;
end
$$;

comment on function app_public.refund_fees(
  uuid, text, uuid[], boolean, boolean, app_public.refund_reason, text
) is
  'Returns fees of a booking or of some of its tickets, with the tax on them; the buyer keeps the '
  'tickets. Above the organization''s threshold somebody else has to approve it. '
  'Needs payments.refund. '
  'Raises LMBKG, LMRGT, LMBST, LMTVD, LMRFX (none are left), LMINP, LMIMP, LMIDK, '
  'LMAUT, LMSES.';
grant execute on function app_public.refund_fees(
  uuid, text, uuid[], boolean, boolean, app_public.refund_reason, text
) to lml_user;

--! split: 1086-functions-payments-refund_tickets.sql
create or replace function app_public.refund_tickets(
  booking_id uuid, note text, ticket_ids uuid[] default null, percentage numeric default 100,
  with_fees boolean default true, reason app_public.refund_reason default 'customer_request',
  idempotency_key text default null, add_on_item_ids uuid[] default null,
  add_on_quantities integer[] default null
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_for_refund(
    refund_tickets.booking_id, 'payments.refund'
  );
  v_request app_public.refund_requests;
  v_known uuid := app_private.replay_result(
    refund_tickets.idempotency_key, 'refund_tickets',
    jsonb_build_array(
      refund_tickets.booking_id, refund_tickets.note, refund_tickets.ticket_ids,
      refund_tickets.percentage, refund_tickets.with_fees, refund_tickets.reason,
      refund_tickets.add_on_item_ids, refund_tickets.add_on_quantities
    )
  );
begin
  if v_known is not null then
    return app_private.known_refund_request(v_known);
  end if;
  if coalesce(refund_tickets.percentage not between 0 and 100, true) then
    raise exception 'A share is 0 to 100 percent.' using errcode = 'LMINP', detail = 'percentage';
  end if;
  v_request.kind := case
    when num_nonnulls(
      refund_tickets.ticket_ids, refund_tickets.add_on_item_ids, refund_tickets.add_on_quantities
    ) = 0 then 'full'
    else 'ticket'
  end;
  v_request.ticket_ids := refund_tickets.ticket_ids;
  v_request.add_on_item_ids := refund_tickets.add_on_item_ids;
  v_request.add_on_quantities := refund_tickets.add_on_quantities;
  v_request.percentage := refund_tickets.percentage;
  v_request.refunds_service_fees := refund_tickets.with_fees;
  v_request.refunds_processing_fees := refund_tickets.with_fees;
  v_request.reason := refund_tickets.reason;
  v_request.note := refund_tickets.note;
  v_request := app_private.request_refund(v_booking, v_request);
  perform app_private.keep_result(refund_tickets.idempotency_key, v_request.id);
  return v_request;
end
$$;

comment on function app_public.refund_tickets(
  uuid, text, uuid[], numeric, boolean, app_public.refund_reason, text, uuid[], integer[]
) is
  'Takes tickets of a booking back, units of its add-ons (so many of each line), or all of it, for '
  'as much as staff decides, whatever the terms say. The tickets end, and their places are on sale '
  'again, as are the units, if their add-on says so. Above the organization''s threshold '
  'somebody else has to approve it first. Needs payments.refund. '
  'Raises LMBKG, LMRGT, LMBST, LMTUS, LMTVD, LMNFD (no such add-on), LMINP, LMIMP, LMIDK, '
  'LMAUT, LMSES.';
grant execute on function app_public.refund_tickets(
  uuid, text, uuid[], numeric, boolean, app_public.refund_reason, text, uuid[], integer[]
) to lml_user;

--! split: 1087-functions-payments-request_onboarding_link.sql
create or replace function app_public.request_onboarding_link(
  account_id uuid, return_url text, refresh_url text default null
)
returns app_public.payout_onboarding_link
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_account app_public.stripe_accounts;
  v_link app_private.stripe_account_links;
  v_constraint text;
  v_column text;
begin
  select * into v_account
  from app_public.stripe_accounts as a where a.id = request_onboarding_link.account_id;
  perform app_hidden.require_permission(v_account.organization_id, 'payouts.manage');
  perform app_hidden.refuse_impersonator();
  -- While it gets its id at Stripe, this waits: either it is known here, or the link is there.
  select * into v_account
  from app_public.stripe_accounts as a where a.id = v_account.id
  for share;
  if v_account.deauthorized_at is not null then
    raise exception 'The account was cut off.'
      using errcode = 'LMPOA', detail = 'no_account', hint = 'Open another one.';
  end if;
  insert into app_private.stripe_account_links (
    organization_id, stripe_account_id, requested_by, return_url, refresh_url
  )
  values (
    v_account.organization_id, v_account.id, app_hidden.current_user_id(),
    request_onboarding_link.return_url,
    coalesce(request_onboarding_link.refresh_url, request_onboarding_link.return_url)
  )
  returning * into v_link;
  if v_account.stripe_account_id is not null then
    perform app_private.add_stripe_job('stripe_account_link.create', v_link.id, '0');
  end if;
  return row(v_link.id, null, null, null)::app_public.payout_onboarding_link;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_onboarding_link(uuid, text, text) is
  'Has Stripe make an address where the owner of an account says who they are: read '
  'payout_onboarding_link until it is there, usually within a second. Needs payouts.manage. '
  'Raises LMINP (an address that is not https), LMPOA, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.request_onboarding_link(uuid, text, text) to lml_user;

--! split: 1088-functions-payments-rest_of_refund.sql
-- Of what a refund has failed to return, a lost dispute may have given the buyer a part.
create or replace function app_private.rest_of_refund(
  refund app_public.refunds, intent app_public.payment_intents
)
returns bigint
language sql immutable
return (rest_of_refund.refund).amount_cents - greatest(
  0,
  (rest_of_refund.refund).amount_cents + (rest_of_refund.intent).refunded_cents
    + (rest_of_refund.intent).disputed_cents - (rest_of_refund.intent).received_cents
);

comment on function app_private.rest_of_refund(
  app_public.refunds, app_public.payment_intents
) is
  'How much of a refund that failed there still is to be sent; nothing, or less, when a bank was '
  'faster.';

--! split: 1089-functions-payments-retry_by_itself.sql
-- Only for what passes: Stripe's balance was empty, or a bank did not answer. An hour, six hours, a
-- day, three days, with up to a tenth more, so that many do not come back at the same moment.
-- Anything else, such as a closed account, is for people to look at.
create or replace function app_private.retry_by_itself(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_waits constant interval[] := array['1 hour', '6 hours', '1 day', '3 days'];
  v_wait interval := c_waits[(retry_by_itself.refund).attempt];
begin
  if v_wait is null or (retry_by_itself.refund).status <> 'failed'
    or coalesce((retry_by_itself.refund).failure_reason, '')
      not in ('insufficient_funds', 'processing_error', 'unknown')
  then
    return;
  end if;
  perform app_private.queue_refund(
    p, app_private.rest_of_refund(retry_by_itself.refund, p), (retry_by_itself.refund).reason,
    (retry_by_itself.refund).request_id, retry_by_itself.refund,
    v_wait * (1 + random() / 10)
  )
  from app_public.payment_intents as p
  where p.organization_id = (retry_by_itself.refund).organization_id
    and p.id = (retry_by_itself.refund).payment_intent_id
    -- Not while a bank decides who has the money, nor when it has it.
    and not app_private.has_open_dispute(p)
    and app_private.rest_of_refund(retry_by_itself.refund, p) > 0;
end
$$;

comment on function app_private.retry_by_itself(app_public.refunds) is
  'Queues a failed refund again, later, if that may help.';

--! split: 1090-functions-payments-retry_refund.sql
create or replace function app_public.retry_refund(refund_id uuid)
returns app_public.refunds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_refund app_public.refunds;
  v_next app_public.refunds;
  v_intent app_public.payment_intents;
  v_amount bigint;
begin
  select r.* into v_refund from app_public.refunds as r where r.id = retry_refund.refund_id;
  perform app_private.lock_booking_for_refund(v_refund.booking_id, 'payments.refund');
  select * into strict v_refund
  from app_public.refunds as r where r.id = retry_refund.refund_id
  for no key update;
  select * into v_next
  from app_public.refunds as r
  where r.organization_id = v_refund.organization_id and r.retried_refund_id = v_refund.id;
  if found then
    return v_next;
  end if;
  if v_refund.status not in ('failed', 'canceled') then
    raise exception 'The refund is %.', v_refund.status
      using errcode = 'LMRFD', detail = v_refund.status::text;
  end if;
  select * into strict v_intent
  from app_public.payment_intents as p
  where p.organization_id = v_refund.organization_id and p.id = v_refund.payment_intent_id
  for no key update;
  v_amount := app_private.rest_of_refund(v_refund, v_intent);
  perform app_private.require_undisputed(v_intent, greatest(v_amount, 1));
  perform app_private.queue_refund(
    v_intent, v_amount, v_refund.reason, v_refund.request_id, v_refund
  );
  select * into strict v_next
  from app_public.refunds as r
  where r.organization_id = v_refund.organization_id and r.retried_refund_id = v_refund.id;
  perform app_private.mail_refund(b, 'refund_started', v_next.amount_cents, v_next.reason)
  from app_public.bookings as b where b.id = v_next.booking_id;
  return v_next;
end
$$;

comment on function app_public.retry_refund(uuid) is
  'Sends a failed refund again, as a new one, and returns that; once: again it is the same one. '
  'If a lost dispute left less of the payment, it is that. Needs payments.refund. Raises LMBKG, '
  'LMRGT, LMRFD (it has not failed), LMDSP (the payment is disputed), LMRFX (a lost dispute left '
  'nothing), LMAUT, LMSES.';
grant execute on function app_public.retry_refund(uuid) to lml_user;

--! split: 1091-functions-payments-return_payment.sql
create or replace function app_private.return_payment(
  intent app_public.payment_intents, asked_cents bigint
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_before app_public.bookings;
begin
  -- It had asked for this money, and others have its seats: whether or not the sweep was here, the
  -- refund must find it ended. Money that it had not asked for leaves it alone, and so does money
  -- that came before an answer.
  update app_public.bookings as b
  set status = 'expired', expires_at = null
  where b.id = (return_payment.intent).booking_id and b.status = 'pending_payment'
    and app_private.capture_method_of(b) <> 'manual'
    and case when (return_payment.intent).schedule_id is null
      then b.payment_plan_id is null
        and b.total_amount_cents <= (return_payment.intent).amount_cents
      else b.payment_plan_id is not null
        and (return_payment.intent).amount_cents = return_payment.asked_cents
    end
  returning old.* into v_before;
  if found then
    perform app_private.let_go(v_before);
    perform app_private.withdraw_payment(b)
    from app_public.bookings as b where b.id = v_before.id;
  end if;
  perform app_private.queue_refund(
    return_payment.intent, (return_payment.intent).amount_cents, 'late_payment'
  );
  perform app_private.mail_refund(
    b, 'payment_returned', (return_payment.intent).amount_cents, 'late_payment'
  )
  from app_public.bookings as b where b.id = (return_payment.intent).booking_id;
end
$$;

comment on function app_private.return_payment(app_public.payment_intents, bigint) is
  'Queues the refund of a payment that buys nothing: too late, twice, or not what was asked for.';

--! split: 1092-functions-payments-return_unused_tickets.sql
-- Add-ons stay with who has come, as where a buyer gives the other tickets back.
create or replace function app_private.return_unused_tickets(
  booking app_public.bookings, reason app_public.refund_reason, note text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.refund_requests;
begin
  -- A scan that is under way either comes first, and is seen here, or finds its ticket void.
  perform from app_public.tickets as t
  where t.organization_id = (return_unused_tickets.booking).organization_id
    and t.booking_id = (return_unused_tickets.booking).id
  order by t.id
  for no key update;
  v_request.ticket_ids := array(
    select t.id from app_public.tickets as t
    where t.organization_id = (return_unused_tickets.booking).organization_id
      and t.booking_id = (return_unused_tickets.booking).id
      and t.status = 'valid'
    order by t.id
  );
  if cardinality(v_request.ticket_ids) = 0 then
    return;
  end if;
  v_request.organization_id := (return_unused_tickets.booking).organization_id;
  v_request.booking_id := (return_unused_tickets.booking).id;
  v_request.currency := (return_unused_tickets.booking).currency;
  v_request.kind := 'ticket';
  v_request.status := 'approved';
  v_request.reason := return_unused_tickets.reason;
  v_request.note := return_unused_tickets.note;
  v_request.amount_cents := 0;
  perform app_private.carry_out_request(
    return_unused_tickets.booking, app_private.store_refund_request(v_request)
  );
end
$$;

comment on function app_private.return_unused_tickets(
  app_public.bookings, app_public.refund_reason, text
) is 'Takes the tickets of a locked booking back that nobody has come with, for all that was paid.';

--! split: 1093-functions-payments-settle_disputes_of.sql
-- What disputes mean for a booking, derived from where they stand: called with every news of them,
-- and when a refund fails, it changes what is not so yet. The booking is locked.
create or replace function app_private.settle_disputes_of(booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_dispute app_public.disputes;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = settle_disputes_of.booking_id
  for no key update;
  if not exists (
    select from app_public.disputes as d
    where d.organization_id = v_booking.organization_id and d.booking_id = v_booking.id
  ) then
    return;
  end if;
  if v_booking.status in ('confirmed', 'partially_paid', 'completed') and exists (
    select from app_public.disputes as d
    where d.organization_id = v_booking.organization_id and d.booking_id = v_booking.id
      and (d.status in ('needs_response', 'under_review') or d.counted_cents > d.lost_cents)
  ) then
    v_booking := app_private.block_booking(v_booking);
  end if;
  if v_booking.status = 'disputed' then
    perform app_private.issue_disputed_tickets(v_booking);
  end if;
  for v_dispute in
    select * from app_public.disputes as d
    where d.organization_id = v_booking.organization_id and d.booking_id = v_booking.id
      and d.status = 'lost'
    order by d.opened_at, d.stripe_dispute_id
    for no key update
  loop
    v_booking := app_private.lose_dispute(v_booking, v_dispute);
  end loop;
  if v_booking.status = 'disputed' and not exists (
    select from app_public.disputes as d
    where d.organization_id = v_booking.organization_id and d.booking_id = v_booking.id
      and d.status in ('needs_response', 'under_review')
  ) then
    perform app_private.unblock_booking(v_booking);
  elsif v_booking.status in ('canceled', 'refunded') then
    -- What a bank has given back of a sale that has ended meanwhile is the buyer's.
    perform app_private.refund_booking(
      v_booking, 'dispute', app_private.surplus_of(v_booking), null
    );
  end if;
end
$$;

comment on function app_private.settle_disputes_of(uuid) is
  'Makes a booking, its tickets and its money what its disputes say.';

--! split: 1094-functions-payments-settle_payment.sql
-- Who paid more than the price, since it fell in the same moment, has what is in the booking now,
-- and the difference back. Who paid less has bought nothing, nor has whoever paid before an answer.
create or replace function app_private.settle_payment(
  intent app_public.payment_intents, before app_public.payment_intents
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents := settle_payment.intent;
  v_booking app_public.bookings;
  v_is_wanted boolean;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = v_intent.booking_id;
  if app_private.is_unanswered(v_booking, v_intent, settle_payment.before) then
    v_is_wanted := false;
  elsif v_intent.schedule_id is null then
    v_is_wanted := app_private.confirm_booking(
      v_booking.id, least(v_intent.amount_cents, v_booking.total_amount_cents)
    );
  else
    v_is_wanted := v_intent.amount_cents = (settle_payment.before).amount_cents
      and app_private.receive_installment(v_intent);
  end if;
  if not v_is_wanted then
    perform app_private.return_payment(v_intent, (settle_payment.before).amount_cents);
    return;
  end if;
  if v_intent.schedule_id is null and v_intent.amount_cents > v_booking.total_amount_cents then
    perform app_private.queue_refund(
      v_intent, v_intent.amount_cents - v_booking.total_amount_cents, 'late_payment'
    );
  end if;
  if (settle_payment.before).status in ('canceled', 'failed') then
    -- An attempt that was given up was faster than the one after it.
    perform app_private.withdraw_payment(b)
    from app_public.bookings as b where b.id = v_booking.id;
  end if;
end
$$;

comment on function app_private.settle_payment(
  app_public.payment_intents, app_public.payment_intents
) is 'What becomes of a booking with money that has arrived, or of the money.';

--! split: 1095-functions-payments-tg__wake_parked_events.sql
-- When what an event waited for gets its id at Stripe, or its money, of which
-- a dispute may tell first.
create or replace function app_hidden.tg__wake_parked_events()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform app_private.wake_parked_events(
    case tg_table_name
      when 'refunds' then to_jsonb(new) ->> 'stripe_refund_id'
      when 'stripe_accounts' then to_jsonb(new) ->> 'stripe_account_id'
      else to_jsonb(new) ->> 'stripe_payment_intent_id'
    end
  );
  return null;
end
$$;

comment on function app_hidden.tg__wake_parked_events() is 'Adds jobs for parked events.';

create or replace trigger _900_wake_parked_events
  after update of stripe_payment_intent_id on app_public.payment_intents
  for each row
  when (old.stripe_payment_intent_id is distinct from new.stripe_payment_intent_id)
  execute function app_hidden.tg__wake_parked_events();
create or replace trigger _900_wake_parked_events
  after update of stripe_refund_id on app_public.refunds
  for each row
  when (old.stripe_refund_id is distinct from new.stripe_refund_id)
  execute function app_hidden.tg__wake_parked_events();
create or replace trigger _900_wake_parked_disputes
  after update of status on app_public.payment_intents
  for each row
  when (
    new.status = 'succeeded' and old.status <> 'succeeded'
    and new.stripe_payment_intent_id is not null
  )
  execute function app_hidden.tg__wake_parked_events();
create or replace trigger _900_wake_parked_events
  after update of stripe_account_id on app_public.stripe_accounts
  for each row
  when (old.stripe_account_id is distinct from new.stripe_account_id)
  execute function app_hidden.tg__wake_parked_events();

--! split: 1096-functions-payments-unblock_booking.sql
-- As it was before; or as it would be now, if its show was canceled or went by meanwhile. The lock
-- on the performance makes the job wait that completes its bookings, so that none is left out.
create or replace function app_private.unblock_booking(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := unblock_booking.booking;
  v_performance app_public.performances;
  v_is_owed boolean := exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status <> 'paid'
  );
begin
  select * into strict v_performance
  from app_public.performances as p
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
  for share;
  update app_public.bookings as b
  set status = case
    when v_is_owed then 'partially_paid'
    when v_performance.bookings_completed_at is not null then 'completed'
    else 'confirmed'
  end::app_public.booking_status
  where b.id = v_booking.id
  returning * into v_booking;
  update app_public.tickets as t
  set is_disputed = false
  where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
    and t.is_disputed;
  if v_performance.status = 'canceled' and not exists (
    select from app_public.tickets as t
    where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
      and t.status = 'used'
  ) and v_booking.status <> 'completed' then
    perform app_private.end_booking(
      v_booking, 'It was canceled while the payment was disputed.', 'event_canceled'
    );
  end if;
end
$$;

comment on function app_private.unblock_booking(app_public.bookings) is
  'Gives a booking back what a dispute kept from it.';

--! split: 1097-functions-tickets-attendee_list.sql
create or replace function app_public.attendee_list(performance_id uuid)
returns setof app_public.attendee_entry
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_reads_names boolean;
begin
  select * into v_performance
  from app_public.performances as p where p.id = attendee_list.performance_id;
  perform app_hidden.require_performance_permission(
    v_performance.organization_id, v_performance.id, 'tickets.read'
  );
  v_reads_names := app_hidden.has_performance_permission(
    v_performance.organization_id, v_performance.id, 'customers.read_names'
  );
  return query
    select
      t.id, t.ticket_number, c.name,
      nullif(concat_ws(', ', t.section, t.row_name, t.seat_number), ''),
      case when v_reads_names then a.first_name end, case when v_reads_names then a.last_name end,
      case when v_reads_names then a.email::text end, case when v_reads_names then a.phone end,
      coalesce(asked.answers, '{}'),
      coalesce(asked.unanswered, 0)
    from app_public.tickets as t
    join app_public.ticket_categories as c
      on c.organization_id = t.organization_id and c.id = t.ticket_category_id
    left join app_public.ticket_attendees as a
      on a.organization_id = t.organization_id and a.ticket_id = t.id
    cross join lateral (
      select
        jsonb_object_agg(q.question, a.answers ->> q.id::text order by q.sort_order, q.id)
          filter (where a.answers ? q.id::text) as answers,
        count(*) filter (
          where q.is_required and q.retired_at is null
            and not coalesce(a.answers ? q.id::text, false)
        )::integer as unanswered
      from app_private.questions_for(t) as q
    ) as asked
    where t.organization_id = v_performance.organization_id
      and (
        t.performance_id = v_performance.id
        or t.performance_id in (select app_private.passes_for(v_performance.id))
      )
      and t.status in ('valid', 'used')
    order by c.category_no, t.section, t.seat_no, t.ticket_number;
end
$$;

comment on function app_public.attendee_list(uuid) is
  'Who comes to a performance, with their answers, a row for each good ticket. '
  'Needs tickets.read; names, addresses and numbers are told with customers.read_names only. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.attendee_list(uuid) to lml_user;

--! split: 1098-functions-tickets-issue_tickets.sql
-- One ticket per seat or admission. The parts of a line are shared out so that its
-- tickets sum to it exactly.
create or replace function app_private.issue_tickets(booking app_public.bookings)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_layout_id uuid;
  v_count integer;
begin
  select p.layout_id into strict v_layout_id
  from app_public.performances as p where p.id = (issue_tickets.booking).performance_id;

  with issued as (
    insert into app_public.tickets (
      organization_id, performance_id, booking_id, booking_item_id, ticket_category_id, seat_no,
      ticket_number, section, row_name, seat_number, face_value_cents, discount_cents,
      fees_paid_cents, tax_paid_cents, total_paid_cents, currency
    )
    select
      i.organization_id, (issue_tickets.booking).performance_id, i.booking_id, i.id,
      i.ticket_category_id, s.seat_no, 'TKT-' || app_hidden.random_code(10), section.name,
      s.row_name, s.seat_number, i.unit_price_cents, share.discount, share.fees, share.tax,
      i.unit_price_cents - share.discount + share.fees + share.tax,
      (issue_tickets.booking).currency
    from app_public.booking_items as i
    cross join generate_series(1, i.quantity) as n (ordinality)
    left join app_public.layout_seats as s
      on s.organization_id = i.organization_id
      and s.layout_id = v_layout_id
      and s.seat_no = i.seat_nos[n.ordinality]
    left join app_public.layout_sections as section
      on section.organization_id = s.organization_id
      and section.layout_id = s.layout_id
      and section.section_no = s.section_no
    cross join lateral (
      select
        app_hidden.share_to_charge(
          i.discount_cents, n.ordinality, i.quantity, (issue_tickets.booking).currency
        ) as discount,
        app_hidden.share_to_charge(
          i.service_fee_cents + i.processing_fee_cents, n.ordinality, i.quantity,
          (issue_tickets.booking).currency
        ) as fees,
        app_hidden.share_to_charge(
          i.tax_cents, n.ordinality, i.quantity, (issue_tickets.booking).currency
        ) as tax
    ) as share
    where i.organization_id = (issue_tickets.booking).organization_id
      and i.booking_id = (issue_tickets.booking).id
      and i.item_type in ('seat', 'admission')
    returning organization_id, id
  ),
  -- Whoever has tickets is told so by the worker, once.
  to_tell as (
    insert into app_private.booking_confirmations (booking_id)
    values ((issue_tickets.booking).id)
    on conflict do nothing
  )
  insert into app_private.ticket_credentials (organization_id, ticket_id, credential_hash)
  select t.organization_id, t.id,
    app_hidden.hash_token(app_private.ticket_credential_of(t.id, 1))
  from issued as t;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.issue_tickets(app_public.bookings) is
  'Issues the tickets of a booking that has just been confirmed, of which whoever it is for is to '
  'be mailed; returns how many.';

--! split: 1099-functions-privacy-request_guest_consent.sql
-- The answer is the same whether the address is known or not: what there is to say goes to the
-- mailbox, and nothing counts before it has answered.
create or replace function app_public.request_guest_consent(
  organization_id uuid, email text, purpose app_public.consent_purpose, is_given boolean,
  wording_version text
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text := app_public.create_cart_token();
  v_organization app_public.organizations;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_buyer();
  perform app_hidden.refuse_impersonator();
  select * into v_organization
  from app_public.organizations as o
  where o.id = request_guest_consent.organization_id and o.status = 'active';
  if v_organization.id is null then
    raise exception 'There is no such organization.'
      using errcode = 'LMNFD', detail = 'organization_id';
  end if;
  insert into app_private.consent_tokens (
    token_hash, organization_id, email, purpose, is_given, wording_version, source, expires_at
  )
  values (
    app_hidden.hash_token(v_token), v_organization.id,
    request_guest_consent.email::public.citext, request_guest_consent.purpose,
    request_guest_consent.is_given, request_guest_consent.wording_version,
    app_hidden.current_channel()::text, now() + interval '2 days'
  );
  if not app_private.mail_sparingly(
    request_guest_consent.email,
    case when request_guest_consent.is_given then 'consent_given' else 'consent_withdrawn' end,
    jsonb_build_object('organization', v_organization.name, 'token', v_token),
    v_organization.id, array['consent_given', 'consent_withdrawn']
  ) then
    delete from app_private.consent_tokens as t
    where t.token_hash = app_hidden.hash_token(v_token);
  end if;
  return true;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_guest_consent(
  uuid, text, app_public.consent_purpose, boolean, text
) is
  'Agrees to, or withdraws, marketing or a newsletter of an organization for an e-mail address '
  'without an account: it counts once confirm_guest_consent has the token that is mailed there. '
  'For guests with a cart token, and users. Raises LMINP, LMNFD, LMCRT, LMSES, LMIMP.';
grant execute on function app_public.request_guest_consent(
  uuid, text, app_public.consent_purpose, boolean, text
) to lml_anonymous, lml_user;

--! split: 1100-functions-identity-current_session.sql
-- Who is asking, looked up by the hash of the token that came with the request: there is a token
-- only while its session lives. For functions that belong to the owner. The hash is asked for in a
-- subquery, once: where sessions are few, a plan reads all of them, and would hash the token for
-- each.
create or replace view app_private.current_session with (security_invoker = true) as
select t.session_id, t.user_id, nullif(t.actor_id, t.user_id) as impersonator_id
from app_private.session_tokens as t
where t.token_hash = (
    select app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
  )
  and t.expires_at > now();

comment on view app_private.current_session is 'The session of this request, if it lives.';
revoke all on app_private.current_session from public;

--! split: 1101-functions-privacy-declared_classes.sql
-- Of which class every column is: the one place to read and to change it. A line names columns of a
-- table. Identifiers (uuid), moments (timestamptz) and amounts (..._cents) need no line, because
-- they are internal or financial unless a line says otherwise. For what is
-- erased, the line says how:
--   anonymize  with the SQL expression that replaces the value (the row is called t)
--   delete     the row goes
--   keep       with the reason that the law gives
-- Whose row it is, is said in personal_tables.
create or replace view app_private.declared_classes with (security_invoker = true) as
select
  d.relation, c.column_name, d.class::app_private.data_class as class,
  d.on_erasure::app_private.erasure_action as on_erasure, d.note
from (values
  -- foundation
  ('app_public.currencies', 'public', null, null, 'code exponent'),
  ('app_private.worker_heartbeats', 'internal', null, null, 'worker_id'),

  -- identity
  ('app_public.users', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.users', 'personal', 'anonymize', $$'Erased'$$, 'first_name last_name'),
  ('app_public.users', 'personal', 'anonymize', 'null',
    'phone email_verified_at last_login_at avatar_url language date_of_birth'),
  ('app_public.users', 'personal', 'anonymize', $$'{}'$$, 'address'),
  ('app_public.users', 'internal', null, null, 'account_status login_count'),
  ('app_private.user_credentials', 'secret', 'delete', null, 'password_hash'),
  ('app_private.user_credentials', 'internal', null, null, 'failed_login_attempts'),
  ('app_private.two_factor_secrets', 'secret', 'delete', null, 'encrypted_secret'),
  ('app_private.two_factor_secrets', 'internal', null, null, 'last_time_step'),
  ('app_private.recovery_codes', 'secret', 'delete', null, 'code_hash'),
  ('app_private.session_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.user_sessions', 'personal', 'delete', null,
    'device ip_address user_agent country city'),
  ('app_public.user_sessions', 'internal', null, null, 'revoked_reason'),
  ('app_private.user_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.user_tokens', 'personal', 'delete', null, 'email'),
  ('app_private.user_tokens', 'internal', null, null, 'purpose'),
  ('app_private.outgoing_emails', 'personal', 'delete', null, 'recipient'),
  ('app_private.outgoing_emails', 'secret', 'delete', null, 'variables'),
  ('app_private.outgoing_emails', 'internal', null, null, 'template'),
  ('app_public.platform_staff', 'internal', null, null, 'role'),
  ('app_private.sign_ups', 'personal', 'delete', null, 'email first_name last_name'),
  ('app_private.sign_ups', 'secret', 'delete', null, 'token_hash password_hash'),
  ('app_private.attempt_limits', 'internal', null, null, 'kind attempts period'),
  ('app_private.attempts', 'personal', 'keep', 'Counts of a network, for days.', 'network'),
  ('app_private.attempts', 'internal', null, null, 'kind attempts'),
  ('app_public.failed_attempts', 'personal', 'delete', null, 'ip_address user_agent'),
  ('app_public.failed_attempts', 'internal', null, null, 'kind'),
  ('app_public.trusted_devices', 'personal', 'delete', null, 'device ip_address user_agent'),
  ('app_private.trusted_device_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.impersonations', 'sensitive', 'keep',
    'Proof of what was done in the name of somebody.', 'reason'),
  ('app_public.user_suspensions', 'sensitive', 'keep',
    'Proof of why somebody was kept out.', 'reason'),

  -- organizations: what is known of an organization is not about a person
  ('app_public.organizations', 'public', null, null,
    'name slug email phone website default_currency status address logo_url primary_color '
    'secondary_color custom_domain refund_policy privacy_policy_url terms_of_service_url '
    'verification_status'),
  ('app_public.organization_settings', 'internal', null, null,
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'business_type payout_schedule email_notifications ticket_transfers_enabled subscription_tier '
    'subscription_reference monthly_event_limit fraud_review_seconds books_timezone '
    'open_carts_max waiting_offer_seconds payout_timing payout_delay_days pays_stripe_fees'),
  ('app_public.organization_settings', 'financial', null, null,
    'commission_percentage service_fee_percentage processing_fee_percentage registration_number '
    'tax_id monthly_revenue_limit_units'),
  ('app_public.organization_members', 'internal', null, null, 'role status venues_restricted'),
  ('app_public.role_permissions', 'public', null, null, 'role permission'),
  ('app_public.member_permissions', 'internal', null, null, 'permission'),
  ('app_public.organization_invitations', 'personal', 'anonymize',
    $$'erased+' || t.id || '@erased.invalid'$$, 'email'),
  ('app_public.organization_invitations', 'internal', null, null, 'role send_count'),
  ('app_private.invitation_tokens', 'secret', null, null, 'token_hash'),
  ('app_public.organization_verifications', 'sensitive', 'keep',
    'Documents of an organization, by which it was verified.', 'documents note'),
  ('app_public.organization_verifications', 'internal', null, null, 'status'),
  ('app_public.domain_challenges', 'internal', null, null,
    'domain record_name record_value missed_count'),
  ('app_public.organization_suspensions', 'internal', null, null, 'reason'),
  ('app_public.subscription_tiers', 'public', null, null,
    'tier description monthly_event_limit monthly_revenue_limit_units'),
  ('app_public.tax_rates', 'public', null, null, 'name jurisdiction percentage valid_during'),
  ('app_public.tax_jurisdictions', 'public', null, null, 'name prices_include_tax'),
  ('app_public.memberships', 'personal', 'delete', null, 'email member_number'),
  ('app_public.memberships', 'internal', null, null, 'valid_during'),

  -- venues
  ('app_public.venues', 'public', null, null,
    'name slug description address timezone accessibility_features amenities city contact_email '
    'contact_phone contact_website country images language latitude longitude opening_hours '
    'social_media status tier venue_type videos'),
  ('app_public.venue_compliance', 'internal', null, null,
    'insurance_valid_until license_number license_valid_until licensed_capacity '
    'safety_certificate safety_certificate_valid_until'),
  ('app_public.layout_fetches', 'internal', null, null,
    'attempt_count error_code error_message expected_sha256 status url'),
  ('app_public.venue_layouts', 'public', null, null,
    'version name sha256 document source source_reference seat_count standing_capacity'),
  ('app_public.layout_sections', 'public', null, null,
    'section_no name kind category capacity x y width height'),
  ('app_public.layout_seats', 'public', null, null,
    'seat_no section_no seat_id row_name seat_number category x y features'),

  -- events
  ('app_public.events', 'public', null, null,
    'title slug description status currency blocked_sections organization_status '
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'service_fee_percentage processing_fee_percentage tax_percentage is_public '
    'screens_holds reentry_limit open_carts_max short_description format timezone '
    'visibility age_restriction special_requirements images banner_url videos '
    'external_links meta_title meta_description search_keywords tags tickets_per_user_max '
    'status_reason search_text search_vector'),
  ('app_public.events', 'public', null, null,
    'has_price_rules absorbs_service_fees absorbs_processing_fees prices_vary has_waiting_list'),
  ('app_public.events', 'financial', null, null, 'commission_percentage'),
  ('app_public.performances', 'public', null, null,
    'currency status is_public status_reason pass_name'),
  ('app_public.ticket_categories', 'public', null, null,
    'category_no name description status seat_categories sections is_public sort_order '
    'min_per_transaction max_per_transaction max_per_user includes restrictions '
    'requires_approval approval_hours approved_payment_hours requires_membership '
    'capture_method'),
  ('app_public.event_categories', 'public', null, null, 'slug name description'),
  ('app_public.event_category_links', 'public', null, null, 'is_public'),
  ('app_public.event_online_addresses', 'internal', null, null, 'address instructions'),
  ('app_private.event_access_codes', 'secret', null, null, 'code_hash'),
  ('app_private.add_on_downloads', 'secret', null, null, 'url'),
  ('app_public.event_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_public.performance_status_transitions', 'public', null, null,
    'from_status to_status reason'),
  ('app_public.event_cancellations', 'internal', null, null,
    'reason bookings_canceled bookings_failed being_served'),
  ('app_public.event_cancellation_failures', 'internal', null, null, 'code'),
  ('app_public.ticket_category_prices', 'public', null, null, 'audience valid_during is_public'),
  ('app_public.add_ons', 'public', null, null,
    'is_public name description currency max_per_booking requires_ticket delivery is_limited '
    'is_active sort_order returns_to_stock'),
  ('app_public.attendee_questions', 'public', null, null,
    'is_public question kind choices is_required sort_order'),
  ('app_private.performance_notices', 'internal', null, null, 'kind reason mails_queued'),
  ('app_public.pricing_rules', 'internal', null, null,
    'name sort_order condition at_least below percentage'),
  ('app_public.discount_codes', 'internal', null, null,
    'code currency percentage quantity_min uses_max uses_per_customer_max valid_during'),

  -- inventory
  ('app_private.sold_shares', 'internal', null, null,
    'ticket_category_ids category_shares performance_share'),
  ('app_public.performance_categories', 'public', null, null, 'category_no'),
  ('app_public.seat_booking_state', 'internal', null, null, 'seat_no status category_no'),
  ('app_private.seat_runs', 'internal', null, null,
    'run_no first_seat_no last_seat_no central_seat_no longest category_no is_accessible is_full'),
  ('app_private.seat_changes', 'internal', null, null, 'changed_xid seat_nos'),
  ('app_private.seat_changes_forgotten', 'internal', null, null, 'is_only last_xid'),
  ('app_public.admission_pools', 'internal', null, null,
    'name capacity slot_count chain allocated is_pass'),
  ('app_private.admission_slots', 'internal', null, null, 'slot_no capacity held sold'),
  ('app_private.admission_claims', 'internal', null, null, 'slot_no quantity'),
  ('app_private.allocation_holds', 'internal', null, null, 'seat_ids places'),
  ('app_public.admission_allocations', 'internal', null, null, 'kind reason quantity places_left'),
  ('app_private.add_on_counters', 'internal', null, null, 'total held sold'),
  ('app_private.add_on_claims', 'internal', null, null, 'quantity'),
  ('app_private.add_on_codes', 'secret', null, null, 'code'),
  ('app_private.add_on_codes', 'internal', null, null, 'unit_no'),
  ('app_public.seat_allocations', 'internal', null, null, 'kind reason seat_count'),
  ('app_public.seat_allocation_seats', 'internal', null, null, 'seat_no'),

  -- bookings
  ('app_public.customers', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.customers', 'personal', 'anonymize', 'null', 'first_name last_name phone'),
  ('app_public.customers', 'personal', 'anonymize', $$'{}'$$, 'address'),
  ('app_public.booking_details', 'personal', 'delete', null,
    'referral_source utm_source utm_medium utm_campaign utm_term utm_content special_requests '
    'accessibility_requirements dietary_requirements'),
  ('app_public.booking_notes', 'personal', 'delete', null, 'note'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'customer_email customer_name'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'cancellation_reason'),
  ('app_public.bookings', 'secret', 'keep', 'It owns the tickets, and tells nothing of anybody.',
    'cart_token_hash'),
  ('app_public.bookings', 'internal', null, null,
    'booking_reference status booking_channel currency created_xid'),
  ('app_public.delivery_addresses', 'personal', 'delete', null, 'address'),
  ('app_public.bookings', 'financial', null, null, 'commission_percentage price_terms'),
  ('app_public.booking_items', 'internal', null, null, 
    'item_type seat_nos quantity returned_quantity price_basis'),
  ('app_public.booking_items', 'financial', null, null, 'applied_rules'),
  ('app_public.discount_redemptions', 'internal', null, null, 'code'),
  ('app_private.discount_attempts', 'personal', 'keep', 'Counts of a network, for days.', 'asker'),
  ('app_private.discount_attempts', 'internal', null, null, 'attempts'),
  ('app_public.booking_state_transitions', 'personal', 'keep',
    'History of a sale, kept as long as the books; it says why, and not who.', 'reason'),
  ('app_public.booking_state_transitions', 'internal', null, null,
    'from_status to_status changed_via request_id'),
  ('app_public.booking_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_private.idempotency_keys', 'internal', null, null,
    'owner idempotency_key function_name arguments_hash'),
  ('app_public.payment_plans', 'public', null, null,
    'name deposit_percentage installments basis first_due_days interval_days last_due_days_before '
    'reminder_days grace_days overdue_action'),
  ('app_public.booking_payment_schedule', 'financial', null, null, 'installment_no status'),
  ('app_public.booking_approvals', 'internal', null, null, 'pay_within_hours decision'),
  ('app_public.booking_approvals', 'personal', 'anonymize',
    'case when t.decision = ''declined'' then ''erased'' end', 'reason'),
  ('app_public.staff_sales', 'internal', null, null, 'payment'),
  ('app_public.staff_sales', 'personal', 'anonymize',
    'case when t.payment = ''complimentary'' then ''erased'' end', 'note'),
  ('app_public.staff_sales', 'personal', 'anonymize',
    'case when t.override_reason is not null then ''erased'' end', 'override_reason'),
  ('app_private.payment_links', 'secret', null, null, 'token_hash'),
  ('app_private.booking_link_requests', 'personal', 'delete', null, 'booking_reference email'),
  ('app_public.waiting_list_entries', 'personal', 'delete', null, 'quantity is_accessible'),
  ('app_public.waiting_list_entries', 'internal', null, null, 'status gathered times_passed'),
  ('app_private.waiting_list_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.waiting_list_tokens', 'personal', 'delete', null, 'quantity is_accessible email'),

  -- payments
  ('app_public.payment_intents', 'financial', null, null,
    'currency status stripe_payment_intent_id stripe_status failure_code failure_message '
    'stripe_charge_id stripe_news method capture_method'),
  ('app_public.payment_charges', 'financial', null, null,
    'stripe_charge_id status card_brand risk_level risk_score network_answer outcome_reason'),
  ('app_public.payment_charges', 'personal', 'anonymize', 'null', 'card_last4'),
  ('app_private.payment_intent_secrets', 'secret', 'delete', null, 'client_secret'),
  ('app_private.payment_intent_changes', 'internal', null, null, 'change_no'),
  ('app_private.stripe_customers', 'personal', 'delete', null, 'stripe_id'),
  ('app_private.saved_payment_methods', 'personal', 'delete', null,
    'stripe_id brand last4 exp_month exp_year'),
  ('app_private.payment_choices', 'personal', 'delete', null, 'saves_card'),
  ('app_private.stripe_events', 'personal', 'anonymize', $$'{}'$$, 'payload'),
  ('app_private.stripe_events', 'internal', null, null, 'id type livemode outcome reason'),
  ('app_public.payment_findings', 'financial', null, null,
    'kind subject detail stripe_event_ids resolution_note accounting_period'),
  ('app_public.reconciliation_runs', 'internal', null, null, 'status starting_after'),
  ('app_public.reconciliation_results', 'financial', null, null,
    'currency stripe_count book_count matched_count finding_count'),
  ('app_public.reconciliation_balances', 'financial', null, null, 'currency is_certain'),
  ('app_private.platform_payouts', 'financial', null, null, 'id status currency failure_code'),
  ('app_private.stripe_balance_transactions', 'financial', null, null,
    'id type currency source stripe_payment_intent_id is_matched'),
  ('app_private.stripe_calls', 'internal', null, null,
    'purpose idempotency_key request_hash status attempts stripe_id http_code error_code '
    'stripe_request_id duration_ms'),
  ('app_private.stripe_reachability', 'internal', null, null, 'is_only_row failures last_error'),
  ('app_public.payouts', 'financial', null, null,
    'currency payout_period_start payout_period_end transactions_included events_included status '
    'attempt failure_code failure_reason stripe_transfer_id'),
  ('app_public.payouts', 'sensitive', 'keep', 'Proof of why money was paid out, or not.',
    'decision_note'),
  ('app_public.payout_items', 'financial', null, null, 'kind'),
  ('app_public.payout_holds', 'financial', null, null, 'kind is_of_platform'),
  ('app_public.payout_holds', 'sensitive', 'keep', 'Proof of why money was held back.', 'reason'),
  ('app_public.payout_reversals', 'financial', null, null,
    'status stripe_reversal_id failure_reason'),
  ('app_public.payout_reversals', 'sensitive', 'keep', 'Proof of why money was taken back.',
    'reason'),
  ('app_public.payout_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_public.stripe_accounts', 'financial', null, null,
    'country email stripe_account_id stripe_onboarding_completed charges_enabled payout_enabled '
    'transfers_enabled requirements_due disabled_reason failure_reason stripe_news'),
  ('app_private.stripe_account_links', 'secret', null, null, 'url'),
  ('app_private.stripe_account_links', 'internal', null, null,
    'return_url refresh_url failure_reason'),
  ('app_public.refunds', 'financial', null, null,
    'reason currency status stripe_refund_id failure_reason stripe_status attempt'),
  ('app_public.cancellation_policies', 'public', null, null,
    'version refunds_service_fees refunds_processing_fees'),
  ('app_public.cancellation_windows', 'public', null, null, 'days_before percentage'),
  ('app_public.refund_requests', 'financial', null, null,
    'kind status reason ticket_ids add_on_item_ids add_on_quantities percentage '
    'refunds_service_fees refunds_processing_fees is_exception currency'),
  ('app_public.refund_requests', 'sensitive', 'keep',
    'Vouchers: why money went back, and on whose word.', 'note decision_note'),
  ('app_public.refund_items', 'financial', null, null, 'is_return unit_no'),
  ('app_public.disputes', 'financial', null, null,
    'stripe_dispute_id stripe_charge_id status reason network_reason_code currency stripe_news'),
  ('app_public.dispute_responses', 'personal', 'anonymize', $$'{}'$$, 'evidence'),
  ('app_public.dispute_responses', 'internal', null, null, 'is_acceptance status failure_reason'),
  ('app_public.ledger_accounts', 'financial', null, null, 'kind currency'),
  ('app_public.ledger_account_rules', 'public', null, null,
    'kind normal_side may_be_negative description'),
  ('app_public.ledger_transactions', 'financial', null, null,
    'source description category accounting_period pays_stripe_fees'),
  ('app_public.ledger_balances', 'financial', null, null, 'period'),
  ('app_public.accounting_periods', 'financial', null, null, 'period status unreconciled_count'),
  ('app_public.payment_transactions', 'financial', null, null,
    'accounting_period transaction_type transaction_category currency description '
    'stripe_balance_transaction_id reconciliation_status'),
  ('app_public.ledger_corrections', 'financial', null, null,
    'currency kinds amounts_cents reason status'),
  ('app_public.promoters', 'personal', 'keep', 'Who is paid: it is in the books.', 'name email'),
  ('app_public.event_promoters', 'financial', null, null, 'share_percentage'),
  ('app_public.promoter_shares', 'financial', null, null, 'share_percentage'),

  -- tickets
  ('app_public.tickets', 'internal', null, null,
    'seat_no ticket_number status section row_name seat_number currency credential_version '
    'delivery_method delivery_status entry_count is_inside is_disputed'),
  ('app_public.tickets', 'personal', 'anonymize', 'null', 'delivery_tracking'),
  ('app_public.ticket_attendees', 'personal', 'delete', null,
    'first_name last_name email phone answers'),
  ('app_public.ticket_transfers', 'personal', 'anonymize',
    $$'erased+' || t.id || '@erased.invalid'$$, 'to_email'),
  ('app_public.ticket_transfers', 'secret', 'keep',
    'They own tickets, and tell nothing of anybody.', 'from_cart_token_hash to_cart_token_hash'),
  ('app_public.ticket_transfers', 'internal', null, null, 'status'),
  ('app_private.ticket_transfer_tokens', 'secret', null, null, 'token_hash'),
  ('app_public.entry_zones', 'internal', null, null, 'name sections ticket_categories'),
  ('app_public.entry_gates', 'internal', null, null, 'name'),
  ('app_public.scanner_devices', 'internal', null, null, 'name'),
  ('app_private.scanner_tokens', 'secret', null, null, 'token_hash'),
  ('app_private.offline_scan_results', 'internal', null, null, 'code is_double result'),
  ('app_private.ticket_credentials', 'secret', null, null, 'credential_hash'),
  ('app_private.ticket_credentials', 'internal', null, null, 'version'),
  ('app_private.signing_keys', 'secret', null, null, 'key'),
  ('app_private.signing_keys', 'internal', null, null, 'name'),
  ('app_public.pass_entries', 'internal', null, null, 'entry_count is_inside'),
  ('app_public.ticket_scans', 'internal', null, null,
    'result code gate device direction offline_result'),

  -- risk
  ('app_public.fraud_detection_rules', 'internal', null, null,
    'rule_name description rule_type stage severity action trigger_count window_seconds '
    'amount_currency is_enabled true_positives false_positives false_positive_rate'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'null',
    'user_id buyer_key email ip_address device user_agent country expected_countries'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'false', 'is_disposable_email'),
  ('app_private.booking_signals', 'internal', null, null, 'stage tickets currency'),
  ('app_private.payment_failure_signals', 'personal', 'anonymize', 'null',
    'buyer_key email ip_address device'),
  ('app_private.payment_failure_signals', 'internal', null, null, 'stripe_event_id'),
  ('app_private.lost_dispute_signals', 'personal', 'anonymize', 'null',
    'buyer_key email ip_address device'),
  ('app_private.disposable_email_domains', 'public', null, null, 'domain'),
  ('app_private.calling_codes', 'public', null, null, 'prefix country'),
  ('app_public.risk_assessments', 'sensitive', 'keep',
    'Why a sale was refused or looked at; whose it was is forgotten.', 'score action factors'),
  ('app_public.fraud_alerts', 'internal', null, null,
    'severity action risk_score status resolution'),
  ('app_public.fraud_alert_notes', 'sensitive', 'keep',
    'Evidence for legal claims (GDPR, article 17, paragraph 3).', 'note'),

  -- audit: see redact_audit_log
  ('app_public.audit_log', 'personal', 'anonymize', 'null', 'ip_address user_agent'),
  ('app_public.audit_log', 'personal', 'anonymize', 'by field, as in the table it is about',
    'old_values new_values'),
  ('app_public.audit_log', 'internal', null, null,
    'action entity_type database_role request_id transaction_id'),
  ('app_private.audit_seals', 'internal', null, null,
    'seal_no up_to row_count previous_hash hash'),
  ('app_private.audit_sealed_rows', 'internal', null, null, 'seal_no row_hash month'),
  ('app_private.partition_retention', 'internal', null, null, 'table_name months_kept reason'),
  ('app_private.closed_months', 'internal', null, null,
    'table_name month months_kept row_count rows_hash'),

  -- privacy
  ('app_private.retention_rules', 'internal', null, null,
    'rule description relation action since condition kept_for is_enabled'),
  ('app_public.consents', 'personal', 'keep',
    'Proof that somebody had agreed (GDPR, article 7); of whom is forgotten.',
    'purpose is_given wording_version source'),
  ('app_private.consent_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.consent_tokens', 'personal', 'delete', null,
    'email purpose is_given wording_version source'),
  ('app_public.privacy_requests', 'internal', null, null, 'kind summary left_booking_ids')
) as d (relation, class, on_erasure, note, columns)
cross join lateral regexp_split_to_table(d.columns, ' ') as c (column_name);

comment on view app_private.declared_classes is
  'What is declared about columns; column_classes has every column there is.';
revoke all on app_private.declared_classes from public;

--! split: 1102-functions-privacy-personal_tables.sql
-- Whose a row is, given a person as $1 (the row is called t), and under which name an export has
-- it; without a name it is not exported, because there is nothing in it but secrets. In the order
-- in which rows may be deleted.
create or replace view app_private.personal_tables with (security_invoker = true) as
select p.relation, p.section, p.belongs, row_number() over () as position
from (values
  ('app_private.user_credentials', null, 't.user_id = ($1).user_id'),
  ('app_private.two_factor_secrets', null, 't.user_id = ($1).user_id'),
  ('app_private.recovery_codes', null, 't.user_id = ($1).user_id'),
  ('app_private.user_tokens', 'mailed_tokens', 't.user_id = ($1).user_id'),
  (
    'app_private.session_tokens', null,
    't.session_id in (
      select s.id from app_public.user_sessions as s where s.user_id = ($1).user_id
    )'
  ),
  ('app_private.sign_ups', 'sign_ups', 't.email operator(public.=) any (($1).emails)'),
  (
    'app_private.trusted_device_tokens', null,
    't.device_id in (
      select d.id from app_public.trusted_devices as d where d.user_id = ($1).user_id
    )'
  ),
  ('app_public.trusted_devices', 'trusted_devices', 't.user_id = ($1).user_id'),
  ('app_public.failed_attempts', 'failed_attempts', 't.user_id = ($1).user_id'),
  ('app_public.impersonations', 'impersonations', 't.user_id = ($1).user_id'),
  ('app_public.user_suspensions', 'suspensions', 't.user_id = ($1).user_id'),
  ('app_public.user_sessions', 'sessions', 't.user_id = ($1).user_id'),
  -- The last mail goes to an address that is forgotten once it is sent.
  (
    'app_private.outgoing_emails', 'emails',
    't.recipient operator(public.=) any (($1).emails)
      and (t.template <> ''account_closed'' or t.sent_at is not null)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and c.email operator(public.=) t.recipient
      )'
  ),
  ('app_public.platform_staff', 'platform_staff', 't.user_id = ($1).user_id'),
  (
    'app_public.member_permissions', 'extra_permissions',
    't.member_id in (
      select m.id from app_public.organization_members as m where m.user_id = ($1).user_id
    )'
  ),
  ('app_public.user_venue_access', 'venue_access', 't.user_id = ($1).user_id'),
  ('app_public.organization_members', 'memberships', 't.user_id = ($1).user_id'),
  (
    'app_public.memberships', 'customer_memberships',
    't.user_id = ($1).user_id or t.email operator(public.=) any (($1).emails)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and (c.email operator(public.=) t.email or c.user_id = t.user_id)
      )'
  ),
  (
    'app_public.organization_invitations', 'invitations',
    't.accepted_by = ($1).user_id or t.email operator(public.=) any (($1).emails)'
  ),
  (
    'app_public.consents', 'consents',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_private.consent_tokens', 'unconfirmed_consents',
    't.email operator(public.=) any (($1).emails)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and c.email operator(public.=) t.email
      )'
  ),
  (
    'app_private.waiting_list_tokens', 'unconfirmed_waiting',
    't.email operator(public.=) any (($1).emails)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and c.email operator(public.=) t.email
      )'
  ),
  (
    'app_private.booking_link_requests', 'requested_links',
    't.email operator(public.=) any (($1).emails)'
  ),
  (
    'app_public.waiting_list_entries', 'waiting_lists',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_public.privacy_requests', 'privacy_requests',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_private.payment_intent_secrets', null,
    't.payment_intent_id in (
      select p.id from app_public.payment_intents as p where p.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.stripe_events', null,
    't.applied_at is not null
      and t.payload #>> ''{data,object,metadata,lml_booking_id}''
        = any (($1).booking_ids::text[])
      or t.applied_at is not null
      and t.payload #>> ''{data,object,metadata,lml_payment_intent_id}'' in (
        select p.id::text from app_public.payment_intents as p
        where p.booking_id = any (($1).booking_ids)
      )
      or t.applied_at is not null
      and coalesce(
        t.payload #>> ''{data,object,customer}'', t.payload #>> ''{data,object,id}''
      ) in (
        select c.stripe_id from app_private.stripe_customers as c
        where c.user_id = ($1).user_id
      )'
  ),
  (
    'app_private.payment_choices', 'payment_choices',
    't.booking_id = any (($1).booking_ids)
      or t.stripe_customer_id in (
        select c.id from app_private.stripe_customers as c where c.user_id = ($1).user_id
      )'
  ),
  (
    'app_private.saved_payment_methods', 'saved_payment_methods',
    't.stripe_customer_id in (
      select c.id from app_private.stripe_customers as c where c.user_id = ($1).user_id
    )'
  ),
  ('app_private.stripe_customers', 'stripe_customers', 't.user_id = ($1).user_id'),
  -- What a score is made of is for those who look into it.
  ('app_public.risk_assessments', null, 't.booking_id = any (($1).booking_ids)'),
  ('app_public.fraud_alert_notes', null,
    't.alert_id in (
      select a.id from app_public.fraud_alerts as a where a.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.booking_signals', 'signals',
    't.user_id = ($1).user_id or t.booking_id in (select app_private.bought_by($1))'
  ),
  (
    'app_private.payment_failure_signals', 'declined_payments',
    't.booking_id in (select app_private.bought_by($1))'
  ),
  (
    'app_public.payment_charges', 'charges',
    't.payment_intent_id in (
      select p.id from app_public.payment_intents as p where p.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.lost_dispute_signals', 'lost_disputes',
    't.booking_id in (select app_private.bought_by($1))'
  ),
  (
    'app_public.dispute_responses', 'dispute_responses',
    't.dispute_id in (
      select d.id from app_public.disputes as d where d.booking_id = any (($1).booking_ids)
    )'
  ),
  ('app_public.disputes', 'disputes', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.payment_intents', 'payments', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refunds', 'refunds', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refund_items', 'refund_items', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refund_requests', 'refund_requests', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.ticket_scans', 'ticket_scans',
    't.ticket_id in (
      select k.id from app_public.tickets as k where k.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_public.pass_entries', 'pass_entries',
    't.ticket_id in (
      select k.id from app_public.tickets as k where k.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_public.ticket_attendees', 'attendees',
    't.email operator(public.=) any (($1).emails)
      or t.ticket_id in (
        select k.id from app_public.tickets as k
        left join app_public.ticket_transfers as r
          on r.organization_id = k.organization_id and r.id = k.transfer_id
        where r.to_user_id = ($1).user_id
          or r.id is null and k.booking_id = any (($1).booking_ids)
      )'
  ),
  (
    'app_public.ticket_transfers', 'ticket_transfers',
    't.to_user_id = ($1).user_id or t.from_user_id = ($1).user_id
      or t.to_customer_id = any (($1).customer_ids)
      or t.to_email operator(public.=) any (($1).emails)'
  ),
  ('app_public.promoters', 'promoters', 't.email operator(public.=) any (($1).emails)'),
  ('app_public.delivery_addresses', 'delivery_addresses', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.tickets', 'tickets', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.booking_details', 'booking_details', 't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.booking_notes', 'booking_notes', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.booking_items', 'booking_items', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.booking_state_transitions', 'booking_history',
    't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.booking_approvals', 'approvals', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.staff_sales', 'sales_by_staff', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.bookings', 'bookings', 't.id = any (($1).booking_ids)'),
  ('app_public.customers', 'customers', 't.id = any (($1).customer_ids)'),
  ('app_public.users', 'account', 't.id = ($1).user_id'),
  -- What was done to the entries above. What the person did to others' is about those.
  (
    'app_public.audit_log', 'audit_log',
    't.entity_type = ''users'' and t.entity_id = ($1).user_id
      or t.entity_type = ''customers'' and t.entity_id = any (($1).customer_ids)
      or t.entity_type = ''bookings'' and t.entity_id = any (($1).booking_ids)
      or t.entity_type in (''booking_approvals'', ''staff_sales'') and t.entity_id in (
        select a.id from app_public.booking_approvals as a
        where a.booking_id = any (($1).booking_ids)
        union all
        select s.id from app_public.staff_sales as s where s.booking_id = any (($1).booking_ids)
      )
      or t.entity_type in (''organization_members'', ''user_sessions'') and t.entity_id in (
        select s.id from app_public.user_sessions as s where s.user_id = ($1).user_id
        union all
        select m.id from app_public.organization_members as m where m.user_id = ($1).user_id
      )'
  )
) as p (relation, section, belongs);

comment on view app_private.personal_tables is
  'Which tables have something about people, and how their rows are found.';
revoke all on app_private.personal_tables from public;

--! split: 1103-policies-bookings-allocation_holds.sql
-- Read and written by functions only.
alter table app_private.allocation_holds enable row level security;
alter table app_private.allocation_holds force row level security;

drop policy if exists all_owner on app_private.allocation_holds;
create policy all_owner on app_private.allocation_holds
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.allocation_holds from public;

--! split: 1104-policies-bookings-booking_confirmations.sql
-- Reached through definer functions only.
alter table app_private.booking_confirmations enable row level security;
alter table app_private.booking_confirmations force row level security;

drop policy if exists all_owner on app_private.booking_confirmations;
create policy all_owner on app_private.booking_confirmations
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.booking_confirmations from public;

--! split: 1105-policies-bookings-booking_items.sql
-- Whoever sees the booking.
alter table app_public.booking_items enable row level security;
alter table app_public.booking_items force row level security;

drop policy if exists all_owner on app_public.booking_items;
create policy all_owner on app_public.booking_items
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_booking on app_public.booking_items;
drop policy if exists select_own on app_public.booking_items;
create policy select_own on app_public.booking_items
  for select to lml_anonymous, lml_user
  using (booking_id = any ((select app_hidden.own_booking_ids())::uuid[]));

drop policy if exists select_member on app_public.booking_items;
create policy select_member on app_public.booking_items
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('customers.read_names')
    ))
  );

drop policy if exists select_member_of_venue on app_public.booking_items;
create policy select_member_of_venue on app_public.booking_items
  for select to lml_user
  using (app_hidden.is_booking_at_permitted_venue(booking_id, 'customers.read_names'));

revoke all on app_public.booking_items from public;
grant select on app_public.booking_items to lml_anonymous, lml_user;

--! split: 1106-policies-bookings-booking_link_requests.sql
-- Reached through definer functions only.
alter table app_private.booking_link_requests enable row level security;
alter table app_private.booking_link_requests force row level security;

drop policy if exists all_owner on app_private.booking_link_requests;
create policy all_owner on app_private.booking_link_requests
  to lml_owner
  using (true)
  with check (true);

revoke all on app_private.booking_link_requests from public;

--! split: 1107-policies-tickets-ticket_attendees.sql
-- Whoever has the ticket now, and staff that may read names: not who had it before.
alter table app_public.ticket_attendees enable row level security;
alter table app_public.ticket_attendees force row level security;

drop policy if exists all_owner on app_public.ticket_attendees;
create policy all_owner on app_public.ticket_attendees
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_holder on app_public.ticket_attendees;
create policy select_holder on app_public.ticket_attendees
  for select to lml_anonymous, lml_user
  using (ticket_id in (select app_hidden.held_ticket_ids()));

drop policy if exists select_member on app_public.ticket_attendees;
create policy select_member on app_public.ticket_attendees
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('customers.read_names')
    ))
  );

drop policy if exists select_member_of_venue on app_public.ticket_attendees;
create policy select_member_of_venue on app_public.ticket_attendees
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('customers.read_names')));

revoke all on app_public.ticket_attendees from public;
grant select on app_public.ticket_attendees to lml_anonymous, lml_user;

--! split: 1108-policies-tickets-ticket_transfers.sql
-- Who offered and who got a ticket, and staff that may know whom.
alter table app_public.ticket_transfers enable row level security;
alter table app_public.ticket_transfers force row level security;

drop policy if exists all_owner on app_public.ticket_transfers;
create policy all_owner on app_public.ticket_transfers
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.ticket_transfers;
create policy select_own on app_public.ticket_transfers
  for select to lml_anonymous, lml_user
  using (
    from_user_id = (select app_hidden.current_user_id())
    or to_user_id = (select app_hidden.current_user_id())
    or from_cart_token_hash = (select app_hidden.current_cart_hash())
    or to_cart_token_hash = (select app_hidden.current_cart_hash())
  );

drop policy if exists select_member on app_public.ticket_transfers;
create policy select_member on app_public.ticket_transfers
  for select to lml_user
  using (
    organization_id = any (array(
      select app_hidden.permitted_organization_ids('customers.read_names')
    ))
  );

drop policy if exists select_member_of_venue on app_public.ticket_transfers;
create policy select_member_of_venue on app_public.ticket_transfers
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('customers.read_names')));

revoke all on app_public.ticket_transfers from public;
grant select on app_public.ticket_transfers to lml_anonymous, lml_user;

--! split: 1109-policies-tickets-tickets.sql
-- The owner of the booking, who goes on seeing what became of a ticket that was handed on; whoever
-- has it now; staff at the door or on the telephone, and scanners. PostgreSQL asks policies from
-- the last name to the first, until one says yes: most tickets are read by who bought them, and so
-- theirs comes first.
alter table app_public.tickets enable row level security;
alter table app_public.tickets force row level security;

drop policy if exists all_owner on app_public.tickets;
create policy all_owner on app_public.tickets
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.tickets;
create policy select_own on app_public.tickets
  for select to lml_anonymous, lml_user
  using (booking_id = any ((select app_hidden.own_booking_ids())::uuid[]));

drop policy if exists select_member on app_public.tickets;
create policy select_member on app_public.tickets
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('tickets.read')))
  );

drop policy if exists select_member_of_venue on app_public.tickets;
create policy select_member_of_venue on app_public.tickets
  for select to lml_user
  using (performance_id in (select app_hidden.permitted_performance_ids('tickets.read')));

drop policy if exists select_received on app_public.tickets;
drop policy if exists select_holder on app_public.tickets;
create policy select_holder on app_public.tickets
  for select to lml_anonymous, lml_user
  using (id = any (array(select app_hidden.received_ticket_ids())));

drop policy if exists select_device on app_public.tickets;
create policy select_device on app_public.tickets
  for select to lml_user
  using (performance_id in (select app_hidden.device_performance_ids()));

revoke all on app_public.tickets from public;
grant select on app_public.tickets to lml_anonymous, lml_user;
