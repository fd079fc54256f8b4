/** What a mail's frame may tell the page, read from what may be anything at all. */
import type { Press } from "./keys";

export interface Refused { url: string; what: string }

export type FromFrame =
  | { kind: "refused"; refused: Refused[] }
  | { kind: "link"; href: string }
  | { kind: "key"; press: Press };

const MOST = 2000;
const LONGEST = 4096;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Return the message if it is one of ours and well formed, else null. Links are web, mail or telephone addresses. */
export function read(data: unknown): FromFrame | null {
  if (!isObject(data) || data.mailcatch !== 1) return null;
  if (Array.isArray(data.refused)) {
    const refused = data.refused.slice(0, MOST).filter(isRefused).map(({ url, what }) => ({ url: url.slice(0, LONGEST), what }));
    return { kind: "refused", refused };
  }
  if (typeof data.link === "string") return link(data.link);
  if (isObject(data.key) && typeof data.key.key === "string" && data.key.key.length <= 20) {
    const { key, shift, ctrl, alt, meta } = data.key;
    return { kind: "key", press: { key: key as string, shift: shift === true, ctrl: ctrl === true, alt: alt === true, meta: meta === true } };
  }
  return null;
}

const isRefused = (value: unknown): value is Refused => isObject(value) && typeof value.url === "string" && typeof value.what === "string";

function link(text: string): FromFrame | null {
  const address = text.startsWith("//") ? `https:${text}` : text;
  if (!URL.canParse(address) || address.length > LONGEST) return null;
  return /^(https?|mailto|tel):$/.test(new URL(address).protocol) ? { kind: "link", href: address } : null;
}

/** Whether what was refused would have been fetched from elsewhere, not a script or a frame without an address. */
export const isRemote = (refused: Refused): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(refused.url) || refused.url.startsWith("//");
