/** How people are told outside the portal: what the operator configured, bound to the ports of notices. */
import { parseMailUrl, type SmtpSettings, smtpMailer } from '#adapters/mail'
import type { NoticeDeps } from '#care/notice'
import type { AllowedHost } from '#kernel/outbound'

/** `pushHosts` empty: no browser is called. `mail` null: no mail is sent. */
export type NoticeConfig = { pushHosts: AllowedHost[]; contact: string; mail: SmtpSettings | null }

/** @returns what is wrong with the mail settings, or the settings; null where there are none */
export function mailSettings(url: string | undefined, from: string | undefined): SmtpSettings | null | { wrong: string } {
  if (url === undefined && from === undefined) return null
  if (url === undefined || from === undefined) return { wrong: 'ENISHI_MAIL_URL, ENISHI_MAIL_FROM: both or neither' }
  const read = parseMailUrl(url)
  return read === null ? { wrong: 'ENISHI_MAIL_URL: smtps://user:password@host, smtp://host:587' } : { ...read, from }
}

export const noticeDeps = ({ notices, baseUrl }: { notices: NoticeConfig; baseUrl: string }): Omit<NoticeDeps, 'person'> => ({
  pushHosts: notices.pushHosts,
  contact: notices.contact,
  mailer: notices.mail === null ? null : smtpMailer(notices.mail),
  baseUrl,
})
