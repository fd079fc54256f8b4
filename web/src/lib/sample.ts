/** The mail of "Send me a sample": HTML and text, an inline image, a file, and a recipient that no header names. */

/** A small picture, drawn here: PNG, 16 × 16 pixels. */
const PICTURE = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAATElEQVR42mP4//+/SvhRIhFQMQOEIlI1kGRA5mCiG476EARXwIBmAFbVEISuAVMPYQ1oeojSgKwHyEBTjV0DRCmuYKCSBjxoVAMxCACtKVrLNmHMNwAAAABJRU5ErkJggg==";

export function sample(): object {
  const at = new Date();
  const code = String(100_000 + (at.getTime() % 900_000));
  return {
    from: "mailcatch <hello@mailcatch.example>",
    to: ["You <you@example.com>"],
    bcc: ["archive@example.com"],
    mail_from: "bounces@mailcatch.example",
    rcpt_to: ["you@example.com", "archive@example.com"],
    subject: `Your code is ${code} 📬`,
    text: `Hello,\n\nthis is a sample. Your code is ${code}.\n\nConfirm: https://example.com/confirm?code=${code}\n\n> Everything you send here stays here.\n`,
    html: html(code),
    attachments: [
      { filename: "stamp.png", content_type: "image/png", content_id: "stamp@mailcatch", content: PICTURE },
      { filename: "Receipt – grün.txt", content_type: "text/plain", content: btoa(`Receipt ${code}\r\nTotal: 12.00\r\n`) },
    ],
  };
}

const html = (code: string): string => `<!doctype html>
<html><body style="margin:0;background:#f3f0ea;font-family:Georgia,serif;color:#22201c">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:36px 12px">
<table role="presentation" width="480" cellpadding="0" cellspacing="0" style="max-width:480px;background:#fff;border-radius:12px">
<tr><td style="padding:32px 36px">
<img src="cid:stamp@mailcatch" width="48" height="48" alt="" style="display:block;border-radius:8px">
<h1 style="font-size:24px;margin:20px 0 8px">It works.</h1>
<p style="font-size:16px;line-height:1.5;margin:0 0 20px">This mail took the same way as any other. Here is a code to look at:</p>
<p style="font:700 30px ui-monospace,monospace;letter-spacing:6px;margin:0 0 24px">${code}</p>
<a href="https://example.com/confirm?code=${code}" style="display:inline-block;background:#2457c5;color:#fff;text-decoration:none;padding:12px 22px;border-radius:8px;font:600 15px system-ui">Confirm</a>
<p style="font-size:13px;color:#6b665d;margin:28px 0 0">A picture from elsewhere was blocked: <img src="https://example.com/open.gif" width="1" height="1" alt=""></p>
</td></tr></table></td></tr></table></body></html>`;
