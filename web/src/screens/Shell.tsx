import type { ComponentChildren } from "preact";
import { type IconName } from "../ui/Icon";
import { IconButton } from "../ui/Button";
import { live as liveText } from "../strings";
import { live } from "../state/mailbox";
import { composing, helpOpen, menuOpen } from "../state/dialogs";
import { openNewest, sidebarShown, theme, type Theme } from "../state/settings";
import { narrow } from "../state/media";
import { arrived } from "../state/mailbox";
import { status } from "../state/relay";
import { RelayBanner } from "./RelayBanner";
import { Search } from "./Search";
import { Sidebar } from "./Sidebar";
import { Toasts } from "../ui/Toasts";
import { Dialogs } from "./Dialogs";

const THEMES: Record<Theme, { icon: IconName; next: Theme; text: string }> = {
  auto: { icon: "auto", next: "light", text: "Theme: as the system" },
  light: { icon: "sun", next: "dark", text: "Theme: light" },
  dark: { icon: "moon", next: "auto", text: "Theme: dark" },
};

export function Shell({ children }: { children: ComponentChildren }) {
  return (
    <div class={`shell${sidebarShown.value ? "" : " bare"}${status.value ? " relaying" : ""}`}>
      <a class="skip" href="#main">Skip to the messages</a>
      <TopBar />
      <div class={`stripe ${live.state.value.kind}`} key={arrived.value.total + arrived.value.count} aria-hidden="true" />
      <RelayBanner />
      {!narrow.value && sidebarShown.value && <Sidebar />}
      <main id="main" tabIndex={-1}>{children}</main>
      <Toasts />
      <Dialogs />
    </div>
  );
}

function TopBar() {
  return (
    <header class="top">
      {narrow.value
        ? <IconButton icon="menu" label="Mailboxes" onClick={() => (menuOpen.value = true)} />
        : <IconButton icon="menu" label={sidebarShown.value ? "Hide the sidebar" : "Show the sidebar"} keys="\"
            onClick={() => (sidebarShown.value = !sidebarShown.value)} />}
      <a class="brand" href="/" data-inside aria-label="mailcatch, to the inbox"><Mark /><span class="brand-name">mailcatch</span></a>
      <Search />
      <LiveState />
      <div class="top-tools">
        <label class="switch" title="Open each mail as it arrives"><input type="checkbox" checked={openNewest.value} onChange={() => (openNewest.value = !openNewest.value)} />Open newest</label>
        <IconButton icon="write" label="Write a mail" keys="c" onClick={() => (composing.value = true)} />
        <ThemeButton />
        <IconButton icon="help" label="Keyboard shortcuts" keys="?" onClick={() => (helpOpen.value = true)} />
      </div>
    </header>
  );
}

/** An envelope with its stamp: the sign of the house. */
const Mark = () => (
  <svg class="mark" viewBox="0 0 24 18" aria-hidden="true">
    <rect x="1" y="1" width="22" height="16" rx="3.2" class="mark-paper" />
    <path d="M2.5 3.5L12 10.5l9.5-7" class="mark-fold" />
    <circle cx="20" cy="14" r="2.1" class="mark-stamp" />
  </svg>
);

function LiveState() {
  const state = live.state.value;
  return (
    <div class={`live ${state.kind}`} role="status" aria-label="Connection">
      <span class="live-dot" aria-hidden="true" />
      <span class="live-text">{liveText(state)}</span>
    </div>
  );
}

function ThemeButton() {
  const now = THEMES[theme.value];
  return <IconButton icon={now.icon} label={now.text} onClick={() => (theme.value = now.next)} />;
}

