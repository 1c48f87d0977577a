create or replace function app_private.raise_ticket_count(sale app_private.sale, quantity bigint)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'A booking has 1 to % tickets.', (raise_ticket_count.sale).tickets_per_booking_max
    using errcode = 'LMQTY', detail = format('%s', raise_ticket_count.quantity);
end
$$;

comment on function app_private.raise_ticket_count(app_private.sale, bigint) is 'Raises LMQTY.';
