import { insertAudit } from '#kernel/audit'
import { auditEntry } from '#kernel/audit-entry'
import type { AuditEntry } from '#kernel/audit-event'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import type { Lang } from '#kernel/language'
import { type Outgoing, writeOutbox } from '#kernel/outbox'
import { Refusal, refusalSentence } from '#kernel/refusal'
import { type DepositReceipt, judge } from '#care/record'
import { type Finding, hasError, parseJson, type Resource, senderOf } from '#packages/fhir'
import { commandLine } from '../backup/note.ts'
import { noCards } from '../cards.ts'
import { services } from '../services.ts'
import type { Document } from './sources.ts'

/** What came of one document. `entry` is for the audit log once the transaction has been taken back. */
export type Taken = { receipt: DepositReceipt } | { refused: Finding[]; entry: AuditEntry | null }

export type Depositor = ReturnType<typeof depositor>

const LAW = '医療法等の一部を改正する法律（令和7年法律第87号）による電子カルテ情報の共有（施行日は規定ごと。要確認: 弁護士）'

/** Submits documents for the institution each names, or the one given by `as`, in the name of the command line. */
export function depositor({
  as,
  lang,
  now,
  note,
}: {
  as: string | undefined
  lang: Lang
  now: Date
  note: (ja: string, en: string) => void
}) {
  const { record, person } = services({ cards: noCards, demo: false })
  const names = new Map<string, string>()
  const requestId = ulid(now.getTime())
  const aboutOf = (number: string) => ({
    actor: commandLine(number, names.get(number) ?? ''),
    purpose: 'TREAT' as const,
    now,
    requestId,
    action: 'record.deposit',
    law: LAW,
  })

  async function learnName(db: Db, number: string): Promise<void> {
    if (names.has(number)) return
    const [facility] = await person.facilities({ db }, [number])
    names.set(number, facility?.name ?? '')
    if (!facility)
      note(
        `医療機関 ${number} は名簿にありません。番号だけで取り込みます。`,
        `Institution ${number} is not in the register; taken in under its number alone.`,
      )
  }

  return {
    /** One document, inside the caller's transaction. Where it is refused the caller must take the transaction back. */
    async take(trx: Db, document: Document): Promise<Taken> {
      if ('unread' in document) return { refused: [document.unread], entry: null }
      const number = as ?? senderIn(document.text)
      if (number === null) return { refused: whyNoSender(document.text), entry: null }
      await learnName(trx, number)
      const about = aboutOf(number)
      const entries: AuditEntry[] = []
      const outgoing: Outgoing[] = []
      const ctx: Context = {
        ...about,
        lang,
        db: trx,
        sessionId: null,
        audit: (event) => void entries.push(auditEntry(event, about)),
        tell: (message) => void outgoing.push(message),
      }
      try {
        const receipt = await record.deposit(ctx, document.text)
        await writeOutbox(trx, now, outgoing)
        await insertAudit(trx, entries)
        return { receipt }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        const key = error.detail.key
        return { refused: findingsOf(error), entry: auditEntry({ outcome: error.code, ...(key ? { key } : {}) }, about) }
      }
    },

    /** The log's entry for a refused whole: how many documents stood in the way. */
    refusedWhole: (count: number): AuditEntry => auditEntry({ outcome: 'bundle-refused', count }, aboutOf(as ?? '')),
  }
}

function senderIn(text: string): string | null {
  const parsed = parseJson(text)
  if ('findings' in parsed || parsed.value === null || typeof parsed.value !== 'object' || Array.isArray(parsed.value)) return null
  return parsed.value.resourceType === 'Bundle' ? senderOf(parsed.value as Resource) : null
}

/** A document without a sender usually breaks rules that say more. */
function whyNoSender(text: string): Finding[] {
  const { findings } = judge(text)
  return hasError(findings) ? findings : [noSender]
}

const noSender: Finding = {
  severity: 'error',
  code: 'required',
  path: 'Bundle.identifier',
  ruleId: 'import/no-sender',
  ja: 'どの医療機関からの提出か分かりません。--as で医療機関番号を指定してください。',
  en: 'It is not clear which institution submits. Name it with --as.',
}

const findingsOf = (refusal: Refusal): Finding[] =>
  refusal.issues.length > 0
    ? refusal.issues.map((i) => ({ ...i, severity: i.severity as Finding['severity'] }))
    : [
        {
          severity: 'error',
          code: 'business-rule',
          path: 'Bundle',
          ruleId: refusal.code,
          ja: refusalSentence(refusal, 'ja'),
          en: refusalSentence(refusal, 'en'),
        },
      ]
