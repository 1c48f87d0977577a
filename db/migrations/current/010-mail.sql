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
