import { effect, type ReadonlySignal, untracked, useSignalEffect } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { get, url } from "./api/client";
import type { Message } from "./api/types";
import { followLinks, go, listPath, messagePath, route, type Route, type Tab } from "./router";
import { nextWidth } from "./reader/Html";
import { reveals } from "./screens/Grid";
import { List } from "./screens/List";
import { openTab, Reader } from "./screens/Reader";
import { Sessions } from "./screens/Sessions";
import { Shell } from "./screens/Shell";
import { readOnOpen } from "./state/actions";
import { commands } from "./state/commands";
import { counts } from "./state/counts";
import { loadInfo } from "./state/info";
import { listen, onCommand } from "./state/keyboard";
import { loading, locate, newest, q, show, touched } from "./state/mailbox";
import { narrow } from "./state/media";
import { message, openMessage } from "./state/message";
import { active, clear, forget } from "./state/selection";
import { listWidth, openNewest } from "./state/settings";
import { lazy } from "./ui/lazy";
import { Splitter } from "./ui/Splitter";
import { viewName } from "./strings";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/list.css";
import "./styles/reader.css";
import "./styles/screens.css";
import "./styles/compose.css";
import "./styles/path.css";
import "./styles/relay.css";

const READER_LEAST = 380;

const Queue = lazy(async () => (await import("./screens/Queue")).Queue);

function App() {
  const now = route.value;
  return <Shell>{screen(now)}</Shell>;
}

function screen(now: typeof route.value) {
  switch (now.screen) {
    case "list": return <Mail id={null} />;
    case "message": return <Mail id={now.id} />;
    case "sessions": return <Sessions id={now.id} refused={now.refused} />;
    case "queue": return <Queue state={now.state} />;
    case "unknown": return (
      <div class="empty">
        <h1 class="empty-title">There is nothing at this address</h1>
        <p><a href={url("/")} data-inside>To the inbox</a></p>
      </div>
    );
  }
}

function Mail({ id }: { id: string | null }) {
  useSignalEffect(() => {
    const id = newest.value;
    if (id !== null && openNewest.peek()) untracked(() => go(messagePath(id, q.peek(), null), route.peek().screen === "message"));
  });
  useEffect(() => void (id !== null && mark(id)), [id]);
  if (id === null || narrow.value) return <div class="panes">{id === null ? <List /> : <Reader id={id} />}</div>;
  const most = (): number => Math.max(320, (document.getElementById("main")?.clientWidth ?? 1280) - READER_LEAST);
  return (
    <div class="panes split" style={{ "--list": `${Math.min(listWidth.value, most())}px` }}>
      <List />
      <Splitter value={listWidth} min={300} max={most} label="Width of the list" />
      <Reader id={id} />
    </div>
  );
}

/** A message opened by its address marks its row, wherever in the list it is. */
async function mark(id: string): Promise<void> {
  if (id === active.peek()) return;
  active.value = id;
  const mail = await opened(id);
  if (!mail || narrow.peek()) return;
  await listed();
  const at = await locate(mail).catch(() => -1);
  if (at < 0 || route.peek().screen !== "message") return;
  requestAnimationFrame(() => reveals.index(at));
}

/** The mail may be there before the list is, in which its place is looked for. */
function listed(): Promise<void> {
  return new Promise((resolve) => {
    const stop = loading.subscribe((state) => {
      if (state !== "first") resolve(), queueMicrotask(() => stop());
    });
  });
}

function opened(id: string): Promise<Message | null> {
  return new Promise((resolve) => {
    const stop = message.subscribe((mail) => {
      if (mail?.id === id) resolve(mail), queueMicrotask(() => stop());
    });
    setTimeout(() => resolve(null), 10_000);
  });
}

/** `latest` and `oldest` stand for the message they mean at this moment. */
async function resolveName(id: string, query: string, tab: Tab | null): Promise<void> {
  try {
    const { id: real } = await get<Message>(`/v1/messages/${id}`, { q: query });
    go(messagePath(real, query, tab), true);
  } catch {
    go(listPath(query), true);
  }
}

/** Run `act` now and at each change of the signal; what `act` reads is not followed. */
const follow = <T,>(value: ReadonlySignal<T>, act: (value: T) => void): void => void value.subscribe(act);

function followRoute(now: Route): void {
  if (now.screen === "list" || now.screen === "message") show(now.q);
  else if (now.screen === "sessions" || now.screen === "queue") show("");
  if (now.screen !== "message") void openMessage(null);
  else if (now.id === "latest" || now.id === "oldest") void resolveName(now.id, now.q, now.tab);
  else void openMessage(now.id);
}

function start(): void {
  follow(route, followRoute);
  let readId: string | null = null;
  follow(message, (mail) => {
    if (mail && mail.id !== readId) void readOnOpen(mail);
    readId = mail?.id ?? null;
  });
  let shown: string | null = null;
  follow(q, (query) => {
    if (shown !== null && shown !== query) clear(), (active.value = null);
    shown = query;
  });
  follow(touched, (change) => change && change.summary === null && forget(change.id));
  effect(() => {
    const unread = counts.value?.unread ?? 0;
    const here = route.value.screen === "sessions" ? "Sessions" : route.value.screen === "queue" ? "Queue" : viewName(q.value);
    document.title = `${unread > 0 ? `(${unread}) ` : ""}mailcatch${here === "Inbox" ? "" : ` · ${here}`}`;
  });
  document.addEventListener("click", followLinks);
  onCommand(commands({ reveal: (id, focus) => reveals.message(id, focus), openTab, nextWidth }));
  listen();
  void loadInfo();
  render(<App />, document.getElementById("app")!);
}

start();
