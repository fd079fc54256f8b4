import { describe, expect, test } from "vitest";
import { type Fetched, Sparse } from "./sparse";

interface R { id: string; seq: number; read?: boolean }
const row = (seq: number): R => ({ id: `m${seq}`, seq });
const ids = (list: Sparse<R>): (string | undefined)[] => Array.from({ length: list.total }, (_, at) => list.at(at)?.id);

/** The server's side: all rows, newest first, and the page it gives at a moment. */
class Server {
  rows: R[] = [];
  seq = 0;
  add(): R {
    const added = row(++this.seq);
    this.rows.unshift(added);
    return added;
  }
  drop(id: string): void {
    this.seq += 1;
    this.rows = this.rows.filter((each) => each.id !== id);
  }
  page(offset: number, limit: number): Fetched<R> {
    return { offset, total: this.rows.length, seq: this.seq, rows: this.rows.slice(offset, offset + limit) };
  }
}

function filled(count: number): { server: Server; list: Sparse<R> } {
  const server = new Server();
  for (let n = 0; n < count; n++) server.add();
  const list = new Sparse<R>();
  list.rebase(server.page(0, 10));
  return { server, list };
}

describe("Sparse", () => {
  test("arrivals move no rank", () => {
    const { server, list } = filled(100);
    const fresh = server.add();
    list.prepend(fresh, fresh.seq);
    list.advance(server.seq);
    expect(list.at(0)?.id).toBe("m101");
    expect(list.indexOf("m100")).toBe(1);
    expect(list.place(server.page(50, 10))).toBe("placed");
    expect(list.at(50)?.id).toBe(server.rows[50]?.id);
  });

  test("a page fetched before an arrival is put where it belongs after it", () => {
    const { server, list } = filled(100);
    const old = server.page(40, 5);
    const fresh = server.add();
    list.prepend(fresh, fresh.seq);
    list.advance(server.seq);
    expect(list.place(old)).toBe("placed");
    expect(list.at(41)?.id).toBe(old.rows[0]?.id);
  });

  test("a page fetched before a removal has the removed row left out and those above moved", () => {
    const { server, list } = filled(20);
    const old = server.page(5, 10);
    const gone = server.rows[7]!.id;
    server.drop(gone);
    list.drop(gone, server.seq);
    list.advance(server.seq);
    expect(list.place(old)).toBe("placed");
    expect(list.indexOf(gone)).toBe(-1);
    for (let at = 0; at < 14; at++) expect(list.at(at)?.id).toBe(server.rows[at]?.id);
  });

  test("a page from the future waits, a page that does not fit is fetched anew", () => {
    const { server, list } = filled(20);
    server.add();
    expect(list.place(server.page(10, 5))).toBe("ahead");
    list.advance(server.seq);
    expect(list.place(server.page(10, 5))).toBe("stale");
  });

  test("a ghost stays visible and the server's offsets are computed without it", () => {
    const { server, list } = filled(30);
    server.drop("m28");
    expect(list.haunt({ ...row(28), read: true }, server.seq)).toBe(true);
    list.advance(server.seq);
    expect([list.total, list.counted]).toEqual([30, 29]);
    expect(list.at(2)?.read).toBe(true);
    expect(list.offsetOf(15)).toBe(14);
    expect(list.place(server.page(list.offsetOf(15), 5))).toBe("placed");
    expect(list.at(15)?.id).toBe("m15");
    list.drop("m28", server.seq);
    expect(list.at(14)?.id).toBe("m15");
  });

  test("a row that comes back takes the place of its seq, if its neighbours are known", () => {
    const { server, list } = filled(8);
    list.drop("m5", ++server.seq);
    expect(list.insert(row(5), ++server.seq)).toBe(true);
    expect(ids(list)).toEqual(["m8", "m7", "m6", "m5", "m4", "m3", "m2", "m1"]);
    const far = filled(100);
    far.list.rebase(far.server.page(0, 5));
    expect(far.list.insert(row(50.5), 101)).toBe(false);
  });

  test("an unknown row cannot be dropped", () => {
    const { list } = filled(100);
    expect(list.drop("m1", 101)).toBe(false);
  });

  test("whatever overtakes what, the list ends as the server's", () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
    for (let round = 0; round < 200; round++) {
      const { server, list } = filled(12);
      list.rebase(server.page(0, 12));
      const waiting: Fetched<R>[] = [];
      for (let step = 0; step < 30; step++) {
        if (random(4) === 0) waiting.push(server.page(random(server.rows.length + 1), 5));
        if (random(3) === 0 && server.rows.length > 3) {
          const gone = server.rows[random(server.rows.length)]!.id;
          server.drop(gone);
          list.drop(gone, server.seq);
        } else {
          const fresh = server.add();
          list.prepend(fresh, fresh.seq);
        }
        list.advance(server.seq);
        if (waiting.length > 0 && random(2) === 0) expect(list.place(waiting.shift()!)).toBe("placed");
      }
      expect(ids(list)).toEqual(server.rows.map((each) => each.id));
    }
  });

  test("trim forgets what lies far away", () => {
    const { server, list } = filled(100);
    list.place(server.page(0, 100));
    list.trim(50, 10);
    expect(list.known).toBe(21);
    expect(list.at(50)?.id).toBe("m50");
    expect(list.at(0)).toBeUndefined();
  });
});
