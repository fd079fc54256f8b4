// Reads an account's INBOX with ImapFlow and prints one line of JSON for each message, as ImapFlow understands it.
import { createHash } from "node:crypto";
import { ImapFlow } from "imapflow";

const [host, port, user] = process.argv.slice(2);
const client = new ImapFlow({ host, port: Number(port), secure: false, doSTARTTLS: false, auth: { user, pass: "x" }, logger: false });

function* leaves(node) {
  if (node.childNodes?.length && node.type.startsWith("multipart/")) {
    for (const child of node.childNodes) yield* leaves(child);
    return;
  }
  yield [node.part ?? "1", node.type, node.size];
  for (const child of node.childNodes ?? []) yield* leaves(child);
}

const addresses = (list) => (list ?? []).map(({ name, address }) => [name ?? "", address ?? ""]);

await client.connect();
const lock = await client.getMailboxLock("INBOX");
const wanted = { uid: true, flags: true, envelope: true, bodyStructure: true, source: true, size: true, internalDate: true };
for await (const message of client.fetch("1:*", wanted)) {
  const { subject, from, to, cc, messageId } = message.envelope;
  const line = {
    uid: message.uid,
    size: message.size,
    sha256: createHash("sha256").update(message.source).digest("hex"),
    subject: subject ?? "",
    messageId: messageId ?? "",
    from: addresses(from),
    to: addresses(to),
    cc: addresses(cc),
    parts: [...leaves(message.bodyStructure)],
  };
  process.stdout.write(JSON.stringify(line) + "\n");
}
lock.release();
await client.logout();
