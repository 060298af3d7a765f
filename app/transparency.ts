/** What the page on the handling of data is told: the operator's own file, and what the configuration lets leave. */
import { readFileSync } from 'node:fs'
import { type OperatorFacts, operatorFacts, type Outside } from '#portals/public'
import type { AllowedHost } from '#kernel/outbound'
import { badConfig, type Config } from './config.ts'

/** @throws BadConfig naming what is wrong in the file */
export function readOperatorFacts(path: string | null): OperatorFacts | null {
  if (path === null) return null
  try {
    const read = operatorFacts.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    if (read.success) return read.data
    throw badConfig(`ENISHI_TRANSPARENCY: ${read.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')}`)
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error))
      throw badConfig('ENISHI_TRANSPARENCY: a readable JSON file')
    throw error
  }
}

const named = (hosts: readonly AllowedHost[]): string[] => [...new Set(hosts.map((h) => h.host))]

/** What may leave the platform by itself, and to whom. */
export const outsideOf = ({ notices, hookHosts }: Pick<Config, 'notices' | 'hookHosts'>): Outside[] => [
  {
    what: { ja: '端末への知らせ（Web Push）', en: 'Signs to browsers (web push)' },
    to: named(notices.pushHosts),
    says: { ja: '「新しいお知らせがあります」とだけ', en: 'only that there is a new notice' },
  },
  {
    what: { ja: 'メール', en: 'Mail' },
    to: notices.mail === null ? [] : [notices.mail.host],
    says: { ja: '「新しいお知らせがあります」とだけ', en: 'only that there is a new notice' },
  },
  {
    what: { ja: '医療機関のシステムへの通知（購読）', en: 'Notifications to systems of institutions (subscriptions)' },
    to: named(hookHosts),
    says: { ja: 'その医療機関が、そのとき見られるもの', en: 'what that institution may see at that moment' },
  },
]
