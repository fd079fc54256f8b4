import { url } from "../api/client";
import { copy } from "../lib/copy";
import { messagePath } from "../router";
import { toast } from "./toasts";

export async function copyLink(id: string): Promise<void> {
  toast((await copy(location.origin + url(messagePath(id, "", null)))) ? "Link copied" : "The link could not be copied");
}
