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
