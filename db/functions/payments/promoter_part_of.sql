-- For whoever takes a part of a sale back: the promoter gives in proportion, rounded so that the
-- whole gives the whole share back.
create or replace function app_private.promoter_part_of(
  organization_id uuid, booking_id uuid, organizer_cents bigint
)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select coalesce((
    select round(
      promoter_part_of.organizer_cents::numeric * s.share_cents / nullif(s.base_cents, 0)
    )::bigint
    from app_public.promoter_shares as s
    where s.organization_id = promoter_part_of.organization_id
      and s.booking_id = promoter_part_of.booking_id
  ), 0)
$$;

comment on function app_private.promoter_part_of(uuid, uuid, bigint) is
  'How much of a part of the organization''s and its promoter''s share of a booking the promoter has.';
