/** The languages that every mail is written in. */
export const languages = ["en", "de"] as const;

export type Language = (typeof languages)[number];

/** The language of mails that somebody reads whose own is this tag (BCP 47); undefined if mails do not speak it. */
export function spokenLanguage(tag: string | null): Language | undefined {
  return languages.find((language) => language === tag?.split("-", 1)[0]);
}
