import { performance } from 'node:perf_hooks'
import { z } from 'zod'
import type { Context } from '#kernel/context'
import { bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { type Checker, checkText } from '#packages/fhir'
import { renderPage, type Words } from '#ui'
import { checkExample } from './check-examples.ts'
import type { PageOf } from './frame.tsx'
import { CheckPage } from './page-check.tsx'
import type { CheckForm } from './page-check-form.tsx'
import type { CheckResult } from './page-check-result.tsx'
import { readable } from './source-view.ts'

/** What files are checked with, and what of the operator's packages it rests on. */
export type CheckWith = Checker & { packages?: readonly string[]; problems?: readonly Words[] }

/** Longest text the page takes, in UTF-16 units; a check of it takes well under a second. */
const LONGEST = 2_000_000
const LONGEST_PROFILE = 500

const sent = z.object({
  text: z.string().default(''),
  profile: z.string().max(LONGEST_PROFILE).default(''),
  rules: z.enum(['auto', 'submission', 'none']).default('auto'),
})

function checkedWith(checker: Checker, form: CheckForm): CheckResult {
  // an editor's last line break, and blank lines before an XML declaration, are nothing to point at
  const { text: shown, laidOut } = readable(form.text.replace(/\r\n?/g, '\n').trim())
  const started = performance.now()
  const profiles = form.profile.trim() === '' ? {} : { profiles: [form.profile.trim()] }
  const checked = checkText(shown, checker, { ...profiles, rules: form.rules })
  return { checked, shown, laidOut, milliseconds: performance.now() - started }
}

/** The page that checks a file: the text comes in, the findings go out, nothing is kept. */
export function checkRoutes(checker: CheckWith, pageOf: (ctx: Context, request: RouteRequest) => PageOf): Row[] {
  const open = {
    kind: 'read',
    path: '/developer/check',
    who: ['public'],
    why: ['HOPERAT'],
    // nobody's record is read, and what is sent in is neither kept nor logged
    audit: 'none',
    law: 'HL7 FHIR R4 validation',
  } as const
  const packages = { names: checker.packages ?? [], problems: checker.problems ?? [] }
  const page = (ctx: Context, request: RouteRequest, of: { form: CheckForm; result: CheckResult | null; tooLong?: boolean }) => () =>
    renderPage(<CheckPage on={pageOf(ctx, request)} form={of.form} result={of.result} tooLong={of.tooLong ?? false} packages={packages} />)
  return [
    {
      ...open,
      method: 'GET',
      summary: { ja: 'ファイルを確かめる画面', en: 'The page that checks a file' },
      handle: async (ctx, request) => {
        const text = checkExample(request.query.get('example') ?? '') ?? ''
        return { page: page(ctx, request, { form: { text, profile: '', rules: 'auto' }, result: null }) }
      },
    },
    {
      ...open,
      method: 'POST',
      schema: sent,
      summary: { ja: '送られたファイルを確かめる（保存しない）', en: 'Check the file sent, keeping nothing' },
      handle: async (ctx, request) => {
        const form = bodyOf(request, sent)
        if (form.text.length > LONGEST)
          return { status: 413, page: page(ctx, request, { form: { ...form, text: '' }, result: null, tooLong: true }) }
        if (form.text.trim() === '') return { page: page(ctx, request, { form, result: null }) }
        return { page: page(ctx, request, { form, result: checkedWith(checker, form) }) }
      },
    },
  ]
}
