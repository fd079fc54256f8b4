/** How to point programs at the sink: settings to copy, with the live host and port filled in. */
import type { Info, Listener } from "../api/types";

export interface Target { host: string; port: number; url: string }

export interface Recipe { id: string; name: string; file: string; group: string; text: (at: Target) => string }

const ANY = new Set(["0.0.0.0", "::"]);
const LOOPBACK = /^(localhost|127\.|::1$|\[::1\]$)/;

/** Where an app reaches SMTP: the listener's own host, unless it listens everywhere; then the name this page came by. */
export function address(info: Pick<Info, "smtp" | "http">, pageHost: string): Target {
  const first = info.smtp[0];
  const url = info.http[0]?.url ?? "";
  if (!first) return { host: "localhost", port: 1025, url };
  return { host: hostOf(first, pageHost), port: first.port, url };
}

/** The name by which programs reach a listener. */
export function hostOf(listener: Listener, pageHost: string): string {
  const host = ANY.has(listener.host) ? pageHost.replace(/^\[|\]$/g, "") : listener.host;
  return LOOPBACK.test(host) ? "localhost" : host;
}

export const RECIPES: readonly Recipe[] = [
  { id: "smtplib", name: "smtplib", file: "Python", group: "Python", text: ({ host, port }) => `import smtplib
from email.message import EmailMessage

mail = EmailMessage()
mail["From"], mail["To"], mail["Subject"] = "app@example.com", "ada@example.com", "Hello"
mail.set_content("It works.")
with smtplib.SMTP("${host}", ${port}) as smtp:
    smtp.send_message(mail)` },
  { id: "django", name: "Django", file: "settings.py", group: "Python", text: ({ host, port }) => `EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "${host}"
EMAIL_PORT = ${port}
EMAIL_USE_TLS = False` },
  { id: "flask-mail", name: "Flask-Mail", file: "config.py", group: "Python", text: ({ host, port }) => `MAIL_SERVER = "${host}"
MAIL_PORT = ${port}
MAIL_USE_TLS = False
MAIL_USE_SSL = False` },
  { id: "fastapi-mail", name: "FastAPI-Mail", file: "Python", group: "Python", text: ({ host, port }) => `conf = ConnectionConfig(
    MAIL_SERVER="${host}", MAIL_PORT=${port},
    MAIL_USERNAME="", MAIL_PASSWORD="", MAIL_FROM="app@example.com",
    MAIL_STARTTLS=False, MAIL_SSL_TLS=False, USE_CREDENTIALS=False,
)` },
  { id: "rails", name: "Rails", file: "config/environments/development.rb", group: "Ruby", text: ({ host, port }) => `config.action_mailer.delivery_method = :smtp
config.action_mailer.smtp_settings = { address: "${host}", port: ${port}, enable_starttls_auto: false }` },
  { id: "laravel", name: "Laravel", file: ".env", group: "PHP", text: ({ host, port }) => `MAIL_MAILER=smtp
MAIL_HOST=${host}
MAIL_PORT=${port}
MAIL_USERNAME=null
MAIL_PASSWORD=null` },
  { id: "symfony", name: "Symfony", file: ".env.local", group: "PHP", text: ({ host, port }) => `MAILER_DSN=smtp://${host}:${port}` },
  { id: "wordpress", name: "WordPress", file: "wp-content/mu-plugins/mail.php", group: "PHP", text: ({ host, port }) => `<?php
add_action('phpmailer_init', function ($mailer) {
    $mailer->isSMTP();
    $mailer->Host = '${host}';
    $mailer->Port = ${port};
    $mailer->SMTPAutoTLS = false;
});` },
  { id: "php", name: "php.ini", file: "php.ini", group: "PHP", text: ({ host, port }) => `; Windows:
SMTP = ${host}
smtp_port = ${port}
; elsewhere, with msmtp installed:
sendmail_path = "/usr/bin/msmtp -t --host=${host} --port=${port} --from=app@example.com"` },
  { id: "nodemailer", name: "Nodemailer", file: "JavaScript", group: "JavaScript", text: ({ host, port }) => `const transport = nodemailer.createTransport({
  host: "${host}", port: ${port}, secure: false, ignoreTLS: true,
});` },
  { id: "nestjs", name: "NestJS", file: "app.module.ts", group: "JavaScript", text: ({ host, port }) => `MailerModule.forRoot({
  transport: { host: "${host}", port: ${port}, secure: false, ignoreTLS: true },
  defaults: { from: "app@example.com" },
})` },
  { id: "spring", name: "Spring Boot", file: "application.properties", group: "More", text: ({ host, port }) => `spring.mail.host=${host}
spring.mail.port=${port}
spring.mail.properties.mail.smtp.auth=false
spring.mail.properties.mail.smtp.starttls.enable=false` },
  { id: "aspnet", name: "ASP.NET", file: "C#, MailKit", group: "More", text: ({ host, port }) => `using var smtp = new SmtpClient();
await smtp.ConnectAsync("${host}", ${port}, SecureSocketOptions.None);
await smtp.SendAsync(message);
await smtp.DisconnectAsync(true);` },
  { id: "go", name: "Go", file: "main.go", group: "More", text: ({ host, port }) => `message := []byte("Subject: Hello\\r\\n\\r\\nIt works.\\r\\n")
err := smtp.SendMail("${host}:${port}", nil, "app@example.com",
	[]string{"ada@example.com"}, message)` },
  { id: "phoenix", name: "Phoenix", file: "config/dev.exs", group: "More", text: ({ host, port }) => `config :my_app, MyApp.Mailer,
  adapter: Swoosh.Adapters.SMTP,
  relay: "${host}", port: ${port}, ssl: false, tls: :never, auth: :never` },
  { id: "swaks", name: "swaks", file: "shell", group: "Shell", text: ({ host, port }) => `swaks --server ${host}:${port} --to ada@example.com --from app@example.com` },
  { id: "curl", name: "curl", file: "shell", group: "Shell", text: ({ host, port }) => `printf 'Subject: Hello\\r\\n\\r\\nIt works.\\r\\n' | curl smtp://${host}:${port} \\
  --mail-from app@example.com --mail-rcpt ada@example.com --upload-file -` },
  { id: "compose", name: "Docker Compose", file: "compose.yaml", group: "Shell", text: ({ port }) => `services:
  mailcatch:
    image: mailcatch
    ports: ["127.0.0.1:8025:8025", "127.0.0.1:${port}:${port}"]
  app:
    environment:
      SMTP_HOST: mailcatch   # the service's name, not localhost
      SMTP_PORT: "${port}"` },
  { id: "client", name: "A mail program", file: "outgoing server", group: "Shell", text: ({ host, port }) => `Server:         ${host}
Port:           ${port}
Security:       none
Authentication: none, or any name and password` },
];
