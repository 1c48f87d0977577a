-- A code that is not good yet is early, and not over.
drop function app_hidden.is_over(app_public.discount_codes);

comment on column app_public.price_quote.discount_refusal is
  'Why the code takes nothing off: unknown, early, over, quantity, subtotal, used_up or '
  'used_by_you.';
comment on column app_public.discount_answer.discount_refusal is
  'Why the code was refused: unknown, early, over, quantity, subtotal, used_up or used_by_you; '
  'null: it was applied.';
