/** Pages of notices, of questions about an access, and of what everybody may read, for the sweep over all pages. */
import { call, citizenSession } from '../../app/tour/client.ts'
import { eldest } from './facts.ts'
import type { Demo } from './region.ts'

type Visit = { name: string; row: string; path: string; as: 'nobody' | 'citizen' | 'auditor' }

/** Asks about one line of the eldest person's log, so that there is a question to see. */
export async function noticeVisits(demo: Demo): Promise<Visit[]> {
  const cookie = await citizenSession(demo, eldest(demo)[0]!.card)
  const { body } = await call(`${demo.baseUrl}/me/access-log`, { cookie })
  const lines = (body.entries as { requestId: string; institutionNumber: string }[]).filter((one) => one.institutionNumber !== '')
  const [asked, other] = [...new Set(lines.map((one) => one.requestId))]
  const question = await call(`${demo.baseUrl}/me/questions`, { cookie, json: { requestId: asked, text: 'なぜ見たのですか' } })
  const id = String(question.body.id)
  return [
    { name: 'me-notices', row: '/me/notices', path: '/me/notices', as: 'citizen' },
    { name: 'me-notices-settings', row: '/me/notices/settings', path: '/me/notices/settings', as: 'citizen' },
    { name: 'me-notices-mail', row: '/me/notices/mail/{token}', path: '/me/notices/mail/some-value', as: 'citizen' },
    { name: 'me-act', row: '/me/access-log/acts/{requestId}', path: `/me/access-log/acts/${other ?? asked}`, as: 'citizen' },
    { name: 'me-act-asked', row: '', path: `/me/access-log/acts/${asked}`, as: 'citizen' },
    { name: 'me-questions', row: '/me/questions', path: '/me/questions', as: 'citizen' },
    { name: 'me-question', row: '/me/questions/{id}', path: `/me/questions/${id}`, as: 'citizen' },
    { name: 'questions-desk', row: '/operator/questions', path: '/operator/questions', as: 'auditor' },
    { name: 'question-desk', row: '/operator/questions/{id}', path: `/operator/questions/${id}`, as: 'auditor' },
    { name: 'statistics', row: '/statistics', path: '/statistics', as: 'nobody' },
    { name: 'transparency', row: '/transparency', path: '/transparency', as: 'nobody' },
  ]
}
