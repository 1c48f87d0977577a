create or replace function app_public.reproduce_payout(payout_id uuid)
returns app_public.payout_amounts
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform app_hidden.require_permission(
    (select p.organization_id from app_public.payouts as p where p.id = reproduce_payout.payout_id),
    'payouts.read'
  );
  return app_private.payout_from_books(reproduce_payout.payout_id);
end
$$;

comment on function app_public.reproduce_payout(uuid) is
  'The amounts of a payout, made again from the entries of the books that its items name: always '
  'those of the payout. Needs payouts.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.reproduce_payout(uuid) to lml_user;
