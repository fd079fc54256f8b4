import { url } from "../api/client";
import type { Message } from "../api/types";
import { copy } from "../lib/copy";
import { mainLink, sureCodes } from "../lib/wanted";
import { messagePath } from "../router";
import { toast } from "./toasts";

/** Copies what a mail is about: its one-time code, else the link that it wants followed. */
export async function copyWanted(mail: Message): Promise<void> {
  const [code] = sureCodes(mail);
  const found = code ?? mainLink(mail)?.url;
  if (found === undefined) toast("This mail has no code, and no link to follow");
  else toast((await copy(found)) ? (code ? `Code ${code} copied` : "The mail's link copied") : "It could not be copied");
}

export async function copyLink(id: string): Promise<void> {
  toast((await copy(location.origin + url(messagePath(id, "", null)))) ? "Link copied" : "The link could not be copied");
}
