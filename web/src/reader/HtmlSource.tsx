import { CodeView } from "../ui/CodeView";

/** The HTML as the author wrote it, transfer encoding and charset undone. */
export const HtmlSource = ({ html }: { html: string }) => <CodeView text={html} label="HTML source" />;
