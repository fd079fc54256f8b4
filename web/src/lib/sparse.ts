/**
 * A list of 100,000 rows of which a few hundred are known.
 *
 * A row is addressed by its *rank*, counted from the oldest: mail that arrives takes the next rank and moves no other.
 * The list is as it was at `seq` of the event log. A page that was fetched at another moment is brought to this one by
 * replaying what happened in between, so nothing is lost or doubled whatever overtakes what.
 *
 * A *ghost* is a row that no longer belongs to the list (read, in a list of unread mail) but stays visible until the
 * list is left. The server does not count it, so there are two ranks: with ghosts (ours) and without (the server's).
 */

export interface Row { readonly id: string; readonly seq: number }

export interface Fetched<R> { offset: number; total: number; seq: number; rows: readonly R[] }

/** What became of a fetched page: in its place; from the future (wait for the log); or beyond repair (fetch anew). */
export type Placed = "placed" | "ahead" | "stale";

interface Step { seq: number; kind: "insert" | "remove"; rank: number }

const STEPS_KEPT = 5000;

export class Sparse<R extends Row> {
  total = 0;
  seq = -1;
  private rows = new Map<number, R>();
  private ranks = new Map<string, number>();
  private ghosts: number[] = [];
  private steps: Step[] = [];
  private stepsFrom = -1;

  /** How many rows the server counts. */
  get counted(): number {
    return this.total - this.ghosts.length;
  }

  get known(): number {
    return this.rows.size;
  }

  at(index: number): R | undefined {
    return this.rows.get(this.total - 1 - index);
  }

  byId(id: string): R | undefined {
    const rank = this.ranks.get(id);
    return rank === undefined ? undefined : this.rows.get(rank);
  }

  /** The index of a known row, -1 if it is unknown. */
  indexOf(id: string): number {
    const rank = this.ranks.get(id);
    return rank === undefined ? -1 : this.total - 1 - rank;
  }

  isGhost(id: string): boolean {
    const rank = this.ranks.get(id);
    return rank !== undefined && this.ghosts.includes(rank);
  }

  /** All known rows, newest first. */
  all(): R[] {
    return [...this.rows.entries()].sort(([a], [b]) => b - a).map(([, row]) => row);
  }

  /** The offset by which the server knows the row at `index`. */
  offsetOf(index: number): number {
    const rank = this.total - 1 - index;
    return index - this.ghosts.filter((ghost) => ghost > rank).length;
  }

  /** Forget everything and begin with this page. */
  rebase(page: Fetched<R>): void {
    this.rows.clear();
    this.ranks.clear();
    this.ghosts = [];
    this.steps = [];
    this.total = page.total;
    this.seq = this.stepsFrom = page.seq;
    page.rows.forEach((row, at) => this.put(page.total - 1 - page.offset - at, row));
  }

  /** Put a fetched page where it belongs now. */
  place(page: Fetched<R>): Placed {
    if (page.seq > this.seq) return "ahead";
    if (page.seq < this.stepsFrom) return "stale";
    let total = page.total;
    let ranked = page.rows.map((row, at): [number, R] => [page.total - 1 - page.offset - at, row]);
    for (const step of this.steps) {
      if (step.seq <= page.seq) continue;
      total += step.kind === "insert" ? 1 : -1;
      ranked = replay(ranked, step);
    }
    if (total !== this.counted) return "stale";
    for (const [rank, row] of ranked) this.putFetched(this.withGhosts(rank), row, page.seq);
    return "placed";
  }

  /** A row that came at the top. */
  prepend(row: R, seq: number): void {
    this.note({ seq, kind: "insert", rank: this.counted });
    this.put(this.total, row);
    this.total += 1;
  }

  /** A row that came (back) where its seq puts it. False: its place lies among rows that are not known. */
  insert(row: R, seq: number): boolean {
    const known = this.ranks.get(row.id);
    if (known !== undefined) return this.unghost(known, row, seq);
    const rank = this.placeOf(row.seq);
    if (rank === null) return false;
    this.note({ seq, kind: "insert", rank: this.withoutGhosts(rank) });
    this.shift(rank, 1);
    this.put(rank, row);
    this.total += 1;
    return true;
  }

  /** Show the row's new state. False: it is not known, so there is nothing to show. */
  patch(row: R): boolean {
    const rank = this.ranks.get(row.id);
    if (rank === undefined) return false;
    this.rows.set(rank, row);
    return true;
  }

  /** Take a row out. False: it is not known, so its place isn't either. */
  drop(id: string, seq: number): boolean {
    const rank = this.ranks.get(id);
    if (rank === undefined) return false;
    const ghost = this.ghosts.indexOf(rank);
    if (ghost >= 0) this.ghosts.splice(ghost, 1);
    else this.note({ seq, kind: "remove", rank: this.withoutGhosts(rank) });
    this.rows.delete(rank);
    this.ranks.delete(id);
    this.shift(rank + 1, -1);
    this.total -= 1;
    return true;
  }

  /** The row no longer belongs here, but stays visible. */
  haunt(row: R, seq: number): boolean {
    const rank = this.ranks.get(row.id);
    if (rank === undefined) return false;
    this.rows.set(rank, row);
    if (this.ghosts.includes(rank)) return true;
    this.note({ seq, kind: "remove", rank: this.withoutGhosts(rank) });
    this.ghosts = [...this.ghosts, rank].sort((a, b) => a - b);
    return true;
  }

  /** The log has come to `seq`. */
  advance(seq: number): void {
    this.seq = Math.max(this.seq, seq);
  }

  /** Forget known rows farther than `distance` from `index`, so that scrolling for hours does not fill the memory. */
  trim(index: number, distance: number): void {
    const rank = this.total - 1 - index;
    for (const [at, row] of this.rows) {
      if (Math.abs(at - rank) <= distance || this.ghosts.includes(at)) continue;
      this.rows.delete(at);
      this.ranks.delete(row.id);
    }
  }

  private put(rank: number, row: R): void {
    this.rows.set(rank, row);
    this.ranks.set(row.id, rank);
  }

  /** A row already known through a later event stays as it is: the page is older than what it says. */
  private putFetched(rank: number, row: R, seq: number): void {
    if (seq < this.seq && this.rows.get(rank)?.id === row.id) return;
    this.put(rank, row);
  }

  private note(step: Step): void {
    this.steps.push(step);
    if (this.steps.length > STEPS_KEPT) {
      const gone = this.steps.splice(0, STEPS_KEPT / 2);
      this.stepsFrom = gone[gone.length - 1]!.seq;
    }
  }

  private unghost(rank: number, row: R, seq: number): boolean {
    this.rows.set(rank, row);
    const ghost = this.ghosts.indexOf(rank);
    if (ghost < 0) return true;
    this.ghosts.splice(ghost, 1);
    this.note({ seq, kind: "insert", rank: this.withoutGhosts(rank) });
    return true;
  }

  private withGhosts(rank: number): number {
    for (const ghost of this.ghosts) if (ghost <= rank) rank += 1;
    return rank;
  }

  private withoutGhosts(rank: number): number {
    return rank - this.ghosts.filter((ghost) => ghost < rank).length;
  }

  /** The rank that a row with this seq takes, if its neighbours are known. */
  private placeOf(seq: number): number | null {
    let below: number | null = null;
    let above: number | null = null;
    for (const [rank, row] of this.rows) {
      if (row.seq < seq && (below === null || rank > below)) below = rank;
      if (row.seq > seq && (above === null || rank < above)) above = rank;
    }
    const low = below ?? -1;
    const high = above ?? this.total;
    return high === low + 1 ? high : null;
  }

  private shift(from: number, by: number): void {
    if (from >= this.total && by > 0) return;
    const moved = [...this.rows].map(([rank, row]): [number, R] => [rank >= from ? rank + by : rank, row]);
    this.rows = new Map(moved);
    this.ranks = new Map(moved.map(([rank, row]) => [row.id, rank]));
    this.ghosts = this.ghosts.map((ghost) => (ghost >= from ? ghost + by : ghost));
  }
}

function replay<R>(ranked: [number, R][], step: Step): [number, R][] {
  if (step.kind === "insert") return ranked.map(([rank, row]) => [rank >= step.rank ? rank + 1 : rank, row]);
  return ranked
    .filter(([rank]) => rank !== step.rank)
    .map(([rank, row]) => [rank > step.rank ? rank - 1 : rank, row]);
}
