-- What buyers of a digital add-on get.

create table app_private.add_on_downloads (
  add_on_id uuid not null,
  organization_id uuid not null,
  url text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (add_on_id, organization_id),
  foreign key (organization_id, add_on_id)
    references app_public.add_ons (organization_id, id) on delete restrict,
  constraint add_on_downloads_url_is_https
    check (url ~ '^https://[^[:space:][:cntrl:]]+$' and length(url) <= 2000)
);
comment on table app_private.add_on_downloads is
  'Where buyers find a digital add-on: theirs to see once it is paid for.';

-- A code is in the list of its add-on once, and belongs to one unit of one line for good: by keys
-- and a trigger, so that no two buyers ever see the same one.
create table app_private.add_on_codes (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  add_on_id uuid not null,
  code text not null,
  booking_item_id uuid,
  unit_no integer,
  drawn_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint add_on_codes_code_is_unique unique (add_on_id, organization_id, code),
  constraint add_on_codes_unit_has_one unique (booking_item_id, organization_id, unit_no),
  foreign key (organization_id, add_on_id)
    references app_public.add_ons (organization_id, id) on delete restrict,
  foreign key (organization_id, booking_item_id)
    references app_public.booking_items (organization_id, id) on delete restrict,
  constraint add_on_codes_code_is_short_text
    check (length(code) between 1 and 200 and code = btrim(code)),
  constraint add_on_codes_drawn_for_a_unit_at_a_time
    check (num_nonnulls(booking_item_id, unit_no, drawn_at) in (0, 3)),
  constraint add_on_codes_unit_no_is_positive check (unit_no > 0)
);
create index add_on_codes_to_draw_idx on app_private.add_on_codes (add_on_id, id)
  where booking_item_id is null;
comment on table app_private.add_on_codes is
  'Codes that buyers of a digital add-on get, one for each unit: drawn when they first look.';

create trigger _100_set_updated_at before update on app_private.add_on_downloads
  for each row execute function app_hidden.tg__set_updated_at();

create type app_public.opened_add_on as (
  booking_item_id uuid,
  add_on_id uuid,
  name text,
  download_url text,
  codes text[],
  opened_at timestamptz
);
comment on type app_public.opened_add_on is 'What a buyer of a digital add-on gets.';
comment on column app_public.opened_add_on.booking_item_id is 'The line of the booking.';
comment on column app_public.opened_add_on.add_on_id is 'The add-on.';
comment on column app_public.opened_add_on.name is 'What it is called.';
comment on column app_public.opened_add_on.download_url is 'Where it is; null: nowhere.';
comment on column app_public.opened_add_on.codes is 'A code for each unit, if it comes with codes.';
comment on column app_public.opened_add_on.opened_at is 'When the buyer first looked.';

-- Units of an add-on that come back. They are told apart by number, so that what is kept of one stays
-- kept when another comes back.

alter type app_private.refund_unit add attribute unit_no integer;
alter type app_private.refund_part add attribute unit_no integer;

alter table app_public.refund_items
  add column unit_no integer,
  add constraint refund_items_unit_no_is_positive check (unit_no > 0),
  add constraint refund_items_ticket_is_no_unit check (ticket_id is null or unit_no is null);
comment on column app_public.refund_items.unit_no is
  'Which unit of an add-on, from 1; null: a ticket, or a line that has neither.';
drop index app_public.refund_items_line_is_returned_once;
create unique index refund_items_line_is_returned_once
  on app_public.refund_items (booking_item_id, organization_id, unit_no) nulls not distinct
  where is_return and ticket_id is null;

-- What was taken back of lines was taken back of their units.
alter table app_public.refund_items disable trigger _200_refuse_change;
with split as (
  select r.*, u.unit_no as of_unit,
    app_hidden.share_of(r.price_cents, u.unit_no, i.quantity) as price,
    app_hidden.share_of(r.service_fee_cents, u.unit_no, i.quantity) as service_fee,
    app_hidden.share_of(r.processing_fee_cents, u.unit_no, i.quantity) as processing_fee,
    app_hidden.share_of(r.tax_cents, u.unit_no, i.quantity) as tax,
    app_hidden.share_of(r.commission_cents, u.unit_no, i.quantity) as commission
  from app_public.refund_items as r
  join app_public.booking_items as i
    on i.organization_id = r.organization_id and i.id = r.booking_item_id
  cross join lateral generate_series(1, i.quantity) as u (unit_no)
  where i.add_on_id is not null
),
gone as (
  delete from app_public.refund_items as r using split as s where r.id = s.id
)
insert into app_public.refund_items (
  organization_id, request_id, booking_id, booking_item_id, unit_no, is_return, price_cents,
  service_fee_cents, processing_fee_cents, tax_cents, total_cents, commission_cents, created_at
)
select
  s.organization_id, s.request_id, s.booking_id, s.booking_item_id, s.of_unit, s.is_return, s.price,
  s.service_fee, s.processing_fee, s.tax, s.price + s.service_fee + s.processing_fee + s.tax,
  s.commission, s.created_at
from split as s
where s.is_return or s.price + s.service_fee + s.processing_fee + s.tax > 0;
alter table app_public.refund_items enable trigger _200_refuse_change;

comment on column app_public.booking_items.returned_quantity is
  'How many tickets, or units of an add-on, came back.';

alter table app_public.refund_requests
  add column add_on_item_ids uuid[],
  add column add_on_quantities integer[],
  add constraint refund_requests_add_ons_are_named_and_few
    check (cardinality(add_on_item_ids) between 1 and 1000),
  add constraint refund_requests_add_ons_have_quantities
    check (cardinality(add_on_item_ids) is not distinct from cardinality(add_on_quantities));
comment on column app_public.refund_requests.add_on_item_ids is
  'Lines with add-ons of which units come back.';
comment on column app_public.refund_requests.add_on_quantities is 'How many units of each line.';

alter table app_public.add_ons add column returns_to_stock boolean not null default true;
comment on column app_public.add_ons.returns_to_stock is 'Whether what comes back is sold again.';

-- They have more arguments now.
drop function app_private.parts_to_return(
  app_public.bookings, uuid[], numeric, boolean, boolean
);
drop function app_private.return_under_terms(app_public.bookings, uuid[]);
drop function app_public.refund_tickets(
  uuid, text, uuid[], numeric, boolean, app_public.refund_reason, text
);
drop function app_public.return_tickets(uuid, uuid[], text);
drop function app_public.quote_cancellation(uuid, uuid[]);
drop function app_public.update_add_on(
  uuid, text, text, bigint, integer, timestamptz, timestamptz, boolean,
  app_public.add_on_delivery_kind, boolean, integer
);
