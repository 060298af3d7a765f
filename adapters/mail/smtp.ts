import { createTransport } from 'nodemailer'
import type { Mailer, MailResult } from '#kernel/mail'

/** A mail server. `tls`: from the first byte; otherwise STARTTLS is demanded unless `plain` says that nobody listens between. */
export type SmtpSettings = {
  host: string
  port: number
  tls: boolean
  plain: boolean
  user: string | null
  password: string | null
  /** Who the letters come from: an address, or `name <address>`. */
  from: string
}

const USUAL = { smtps: 465, smtp: 587 } as const

/**
 * Reads `smtps://user:password@mail.example.jp`, `smtp://mail.example.jp:587`, or `smtp://127.0.0.1:25?plain` for a server on the same machine.
 * @returns null where it is none of these
 */
export function parseMailUrl(text: string): Omit<SmtpSettings, 'from'> | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const scheme = url.protocol.slice(0, -1)
  if ((scheme !== 'smtp' && scheme !== 'smtps') || url.hostname === '' || (url.pathname !== '' && url.pathname !== '/')) return null
  const given = (value: string) => (value === '' ? null : decodeURIComponent(value))
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? USUAL[scheme] : Number(url.port),
    tls: scheme === 'smtps',
    plain: scheme === 'smtp' && url.searchParams.has('plain'),
    user: given(url.username),
    password: given(url.password),
  }
}

const WAIT_MS = 15_000

/** What went wrong, in a word that names nobody; the server's own sentence may quote an address. */
function failureOf(error: unknown): MailResult {
  const known = error instanceof Error ? (error as Error & { code?: unknown; responseCode?: unknown; command?: unknown }) : null
  const status = typeof known?.responseCode === 'number' ? known.responseCode : null
  // Only what is said about the recipient settles the letter: a server that refuses us (user, sender, size) may take it tomorrow.
  if (known?.command === 'RCPT TO' && status !== null && status >= 500) return { outcome: 'refused', reason: `smtp ${status}` }
  if (status !== null) return { outcome: 'failed', reason: `smtp ${status}` }
  return { outcome: 'failed', reason: typeof known?.code === 'string' ? known.code.toLowerCase().slice(0, 30) : 'fault' }
}

/** Hands letters to one mail server, one connection a letter; nothing is kept, so nothing is lost with the process. */
export function smtpMailer({ host, port, tls, plain, user, password, from }: SmtpSettings): Mailer {
  const transport = createTransport({
    host,
    port,
    secure: tls,
    requireTLS: !tls && !plain,
    ignoreTLS: plain,
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: WAIT_MS,
    greetingTimeout: WAIT_MS,
    socketTimeout: WAIT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  })
  return {
    async send({ to, subject, text }) {
      try {
        await transport.sendMail({
          from,
          // As an object: text that looks like several addresses is one address that does not exist.
          to: { name: '', address: to },
          subject,
          text,
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        })
        return { outcome: 'sent' }
      } catch (error) {
        return failureOf(error)
      }
    },
  }
}
