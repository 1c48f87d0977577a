create or replace function app_private.raise_few_seats(
  sale app_private.sale, category_no smallint, quantity integer, accessible boolean
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_free integer := app_private.count_free_seats(
    raise_few_seats.sale, raise_few_seats.category_no, raise_few_seats.accessible
  );
begin
  if v_free = 0 and exists (
    select
    from app_public.admission_pool_categories as pc
    join app_public.ticket_categories as c
      on c.organization_id = pc.organization_id and c.id = pc.ticket_category_id
    where pc.organization_id = (raise_few_seats.sale).organization_id
      and pc.performance_id = (raise_few_seats.sale).performance_id
      and c.category_no = raise_few_seats.category_no
  ) then
    raise exception 'This category has no seats at this performance.'
      using errcode = 'LMSAL', hint = 'Hold its places with hold_admissions.';
  end if;
  if v_free < raise_few_seats.quantity then
    perform app_private.raise_few_left(v_free);
  end if;
  raise exception 'There are not as many seats side by side.'
    using errcode = 'LMFEW', hint = 'Ask for fewer, or let them be apart; nothing was held.';
end
$$;

comment on function app_private.raise_few_seats(app_private.sale, smallint, integer, boolean) is
  'Raises LMFEW (as many seats are not left, or not side by side), LMSAL (it has no seats).';
