/**
 * Following the event log: a websocket, or server-sent events where sockets do not get through.
 *
 * Frames carry seq; a connection that comes back asks for what it missed. Nothing polls: between two attempts there is
 * one question, whether the server is there and its log still the same one.
 */
import { signal } from "@preact/signals";
import { get, url } from "./client";
import type { LogEvent } from "./types";

export type State =
  | { kind: "connecting" }
  | { kind: "live"; sse: boolean }
  | { kind: "reconnecting" }
  | { kind: "offline"; since: Date }
  | { kind: "restarted" };

/** What the follower must do: take these events, or fetch everything anew from here on. */
export interface Follower {
  events(events: LogEvent[]): void;
  restarted(): void;
}

type Frame = (LogEvent & { gap?: boolean }) | { kind: "hello"; cursor: string; version: string; gap?: boolean };

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
const UPGRADES_TRIED = 3;
const RESTARTED_SHOWN = 6000;

export const epochOf = (cursor: string): string => cursor.slice(0, cursor.lastIndexOf("."));
export const seqOf = (cursor: string): number => Number(cursor.slice(cursor.lastIndexOf(".") + 1));

export class Live {
  readonly state = signal<State>({ kind: "connecting" });
  private cursor = "";
  private socket: WebSocket | null = null;
  private source: EventSource | null = null;
  private pause = FIRST_PAUSE;
  private failedUpgrades = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lostAt: Date | null = null;
  private waiting: LogEvent[] = [];
  private flushing = false;

  constructor(private readonly follower: Follower) {
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.hurry());
  }

  /** Follow from this cursor on. */
  start(cursor: string): void {
    this.cursor = cursor;
    this.connect();
  }

  get following(): boolean {
    return this.state.value.kind === "live";
  }

  /** Leave the connection and follow from another cursor. */
  restart(cursor: string): void {
    this.drop();
    this.waiting = [];
    this.start(cursor);
  }

  /** Something failed that needed the server: try the connection again after a while. */
  again(): void {
    this.lost();
  }

  private connect(): void {
    this.drop();
    if (this.failedUpgrades >= UPGRADES_TRIED && typeof EventSource !== "undefined") this.openSource();
    else this.openSocket();
  }

  private drop(): void {
    clearTimeout(this.timer);
    const { socket, source } = this;
    this.socket = this.source = null;
    socket?.close();
    source?.close();
  }

  private openSocket(): void {
    const address = new URL(url(`/v1/live?since=${encodeURIComponent(this.cursor)}`), location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = (this.socket = new WebSocket(address));
    let opened = false;
    socket.onopen = () => (opened = true);
    socket.onmessage = (message) => this.socket === socket && this.take(JSON.parse(message.data as string) as Frame, false);
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.failedUpgrades = opened ? 0 : this.failedUpgrades + 1;
      this.lost();
    };
  }

  private openSource(): void {
    const source = (this.source = new EventSource(url(`/v1/events?since=${encodeURIComponent(this.cursor)}`)));
    source.onopen = () => this.source === source && this.found(true);
    const take = (message: MessageEvent): void => {
      if (this.source === source) this.take(JSON.parse(message.data as string) as Frame, true);
    };
    source.onmessage = take;
    for (const kind of ["hello", "added", "changed", "removed", "reset", "path", "session", "inbox"]) source.addEventListener(kind, take);
    source.onerror = () => this.source === source && this.lost();
  }

  private take(frame: Frame, sse: boolean): void {
    if (frame.kind === "hello") {
      if (epochOf(frame.cursor) !== epochOf(this.cursor)) return this.another();
      this.found(sse);
      if (frame.gap) this.queue({ seq: seqOf(frame.cursor), kind: "reset", id: null, at: new Date().toISOString() });
      return;
    }
    this.cursor = `${epochOf(this.cursor)}.${frame.seq}`;
    this.queue(frame);
  }

  /** Events are handed over once per frame: a burst of a thousand mails is one rendering. */
  private queue(event: LogEvent): void {
    this.waiting.push(event);
    if (this.flushing) return;
    this.flushing = true;
    const flush = (): void => {
      this.flushing = false;
      const events = this.waiting;
      this.waiting = [];
      if (events.length > 0) this.follower.events(events);
    };
    if (document.visibilityState === "visible") requestAnimationFrame(flush);
    else setTimeout(flush, 50);
  }

  private found(sse: boolean): void {
    this.pause = FIRST_PAUSE;
    this.lostAt = null;
    if (this.state.value.kind !== "restarted") this.state.value = { kind: "live", sse };
  }

  private lost(): void {
    this.drop();
    this.lostAt ??= new Date();
    if (this.state.value.kind !== "offline") this.state.value = { kind: "reconnecting" };
    this.timer = setTimeout(() => void this.retry(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  private hurry(): void {
    if (this.lostAt === null) return;
    clearTimeout(this.timer);
    this.pause = FIRST_PAUSE;
    void this.retry();
  }

  /** Ask whether the server is there before the next attempt: a socket does not say why it failed. */
  private async retry(): Promise<void> {
    try {
      const { cursor } = await get<{ cursor: string }>("/v1/cursor");
      const sameLog = epochOf(cursor) === epochOf(this.cursor) && seqOf(cursor) >= seqOf(this.cursor);
      if (sameLog) this.connect();
      else this.another();
    } catch {
      this.state.value = { kind: "offline", since: this.lostAt ?? new Date() };
      this.lost();
    }
  }

  /** The log is another one: a new database, or an older copy of ours. */
  private another(): void {
    this.drop();
    this.waiting = [];
    this.failedUpgrades = 0;
    this.state.value = { kind: "restarted" };
    setTimeout(() => {
      if (this.state.value.kind === "restarted") this.state.value = { kind: "live", sse: this.source !== null };
    }, RESTARTED_SHOWN);
    this.follower.restarted();
  }
}
