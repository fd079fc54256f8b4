import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon";

interface IconButtonProps {
  icon: IconName;
  label: string;
  keys?: string;
  onClick: () => void;
  pressed?: boolean | undefined;
  danger?: boolean;
  class?: string;
  fill?: boolean;
}

/** A button of one icon; its name is spoken, and shown with its key on hover. */
export function IconButton({ icon, label, keys, onClick, pressed, danger, fill, class: more }: IconButtonProps) {
  const kind = ["icon-button", danger && "danger", more].filter(Boolean).join(" ");
  return (
    <button type="button" class={kind} aria-label={label} aria-pressed={pressed} title={keys ? `${label} (${keys})` : label} onClick={onClick}>
      <Icon name={icon} fill={fill ?? false} />
    </button>
  );
}

interface ButtonProps { children: ComponentChildren; onClick: () => void; kind?: "plain" | "main" | "danger"; title?: string }

export function Button({ children, onClick, kind = "plain", title }: ButtonProps) {
  return <button type="button" class={`button ${kind}`} onClick={onClick} title={title}>{children}</button>;
}
