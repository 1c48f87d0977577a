-- An item is written once. All that may be said later is that its payout was given up.
create or replace function app_hidden.tg_payout_items__refuse_change()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and old.released_at is null then
    old.released_at := new.released_at;
    if new is not distinct from old then
      return new;
    end if;
  end if;
  raise exception 'What a payout is made of stays as it is.'
    using errcode = 'LMAPP', hint = 'Cancel the payout: another one pays its items.';
end
$$;

comment on function app_hidden.tg_payout_items__refuse_change() is 'Raises LMAPP.';

create or replace trigger _200_refuse_change
  before update or delete on app_public.payout_items
  for each row execute function app_hidden.tg_payout_items__refuse_change();
