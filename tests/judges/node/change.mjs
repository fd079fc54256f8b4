// What an application does with ImapFlow: folders, append, flags, search, download, move, delete, and pushes while idle.
import assert from "node:assert/strict";
import { once } from "node:events";
import { ImapFlow } from "imapflow";

const [host, port, user] = process.argv.slice(2);
const options = { host, port: Number(port), secure: false, doSTARTTLS: false, auth: { user, pass: "x" }, logger: false };
const client = new ImapFlow(options);
await client.connect();
assert.ok(client.enabled.has("CONDSTORE"));

const listed = await client.list({ statusQuery: { messages: true, unseen: true } });
assert.deepEqual(listed.map((each) => each.specialUse).filter(Boolean).sort(), ["\\Drafts", "\\Inbox", "\\Junk", "\\Sent", "\\Trash"]);
await client.mailboxCreate(["Grüße", "你好"]);
const mail = "From: a@x.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <flow@x.test>\r\n\r\nHello from ImapFlow.\r\n";
const appended = await client.append("Grüße/你好", mail, ["\\Seen", "$Key"], new Date("2026-02-03T04:05:06Z"));
assert.equal(appended.uid, 1);

const opened = await client.mailboxOpen("Grüße/你好");
assert.equal(opened.exists, 1);
assert.ok(opened.highestModseq > 0n);
assert.deepEqual(await client.search({ subject: "Grüße" }, { uid: true }), [1]);
assert.deepEqual(await client.search({ keyword: "$Key", seen: true }), [1]);
assert.deepEqual(await client.search({ header: { "message-id": "<flow@x.test>" } }), [1]);
assert.ok(await client.messageFlagsAdd("1", ["\\Flagged", "other"]));
const one = await client.fetchOne("1", { flags: true, internalDate: true, bodyParts: ["1"], headers: ["subject"] });
assert.deepEqual([...one.flags].sort(), ["$Key", "\\Flagged", "\\Recent", "\\Seen", "other"].filter((flag) => one.flags.has(flag)));
assert.ok(one.flags.has("\\Flagged") && one.flags.has("other") && one.flags.has("$Key"));
assert.equal(new Date(one.internalDate).toISOString(), "2026-02-03T04:05:06.000Z");
const { content } = await client.download("1", "1");
let text = "";
for await (const chunk of content) text += chunk;
assert.equal(text.trim(), "Hello from ImapFlow.");
const moved = await client.messageMove("1", "Trash");
assert.equal(moved.uidMap.get(1), 1);
assert.equal(client.mailbox.exists, 0);

const other = new ImapFlow(options);
await other.connect();
await client.mailboxOpen("INBOX");
const idling = client.idle();
const pushed = once(client, "exists");
await other.append("INBOX", mail);
assert.equal((await pushed)[0].count, 1);
const flagged = once(client, "flags");
await other.mailboxOpen("INBOX");
await other.messageFlagsAdd("1", ["\\Flagged"]);
assert.ok((await flagged)[0].flags.has("\\Flagged"));
const gone = once(client, "expunge");
assert.ok(await other.messageDelete("1"));
assert.equal((await gone)[0].seq, 1);
await other.logout();
await client.noop();
await idling;
await client.mailboxDelete("Grüße/你好");
await client.logout();
console.log("done");
