import type { Message } from "../api/types";

/** From here on, what looks like a one-time code is taken for one. */
const CONFIDENT = 0.5;
const MOST_CODES = 3;

/** The one-time codes that are shown, the likeliest first. */
export function sureCodes(mail: Pick<Message, "codes">): string[] {
  return mail.codes.filter((code) => code.confidence >= CONFIDENT).slice(0, MOST_CODES).map((code) => code.value);
}

/** The link that the mail wants followed; only web addresses are offered. */
export function mainLink(mail: Pick<Message, "links">): { url: string; text: string } | null {
  const link = mail.links[0];
  return link && link.kind === "action" && /^https?:/i.test(link.url) ? { url: link.url, text: link.text || link.host } : null;
}
