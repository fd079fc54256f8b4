import { Unreachable } from "../api/client";
import { Button } from "./Button";
import { Icon } from "./Icon";

/** What failed, and a way to try again. */
export function Failure({ what, error, retry }: { what: string; error: Error; retry: () => void }) {
  return (
    <div class="empty" role="alert">
      <Icon name="warn" />
      <p class="empty-title">{what}</p>
      <p>{error instanceof Unreachable ? "The server did not answer. Is mailcatch still running?" : error.message}</p>
      <Button onClick={retry}>Try again</Button>
    </div>
  );
}
