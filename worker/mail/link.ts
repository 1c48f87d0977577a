/** Where people go with what they are mailed, such as `https://shop.example`; undefined: they get the bare token. */
export type PublicUrl = string | undefined;

/**
 * Where a mailed token is used, or the bare token.
 *
 * @throws Error without a token.
 */
export function link(publicUrl: PublicUrl, path: string, token: string | undefined): string {
  if (token === undefined) throw new Error("A mail with a link needs its token.");
  return publicUrl === undefined
    ? token
    : `${publicUrl.replace(/\/+$/, "")}/${path}?token=${encodeURIComponent(token)}`;
}
