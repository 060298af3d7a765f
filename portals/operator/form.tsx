import type { ReactNode } from 'react'
import { z } from 'zod'
import type { Finding } from '#care/person'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { type FieldError, type Lang, Select, TextInput, type TextInputProps, t } from '#ui'

/** Fields of a form: a name that comes twice is a list. */
export const fields = z.record(z.string().max(60), z.union([z.string(), z.array(z.string()).max(200)]))

export type Typed = {
  /** What was typed in a field, trimmed; '' where nothing was. */
  text(name: string): string
  /** As `text`, null where nothing was. */
  orNull(name: string): string | null
  list(name: string): string[]
}

export function typedIn(request: RouteRequest): Typed {
  const given = bodyOf(request, fields)
  const list = (name: string) => [given[name] ?? []].flat()
  const text = (name: string) => (list(name)[0] ?? '').trim()
  return { text, orNull: (name) => text(name) || null, list }
}

export const errorsOf = (findings: readonly Finding[], lang: Lang): FieldError[] =>
  findings.map((finding) => ({ name: finding.field, message: finding[lang] }))

/** A form that was refused comes back with what was typed and why; a program gets the same as a refusal. */
export function again(ctx: Context, request: RouteRequest, about: { findings: readonly Finding[]; page: () => string }): Answer {
  const { findings, page } = about
  if (wantsJson(request.headers.accept))
    return refuse(
      'input-invalid',
      { what: findings.map((f) => `${f.field}: ${f[ctx.lang]}`).join(' ') },
      findings.map((f) => ({ severity: 'error', code: 'invalid', path: f.field, ruleId: 'input-invalid', ja: f.ja, en: f.en })),
    )
  ctx.audit({ outcome: 'input-invalid' })
  return { status: 400, page }
}

/** Done: a form is led on, a program is told where to. */
export const led = (request: RouteRequest, to: string, more: Record<string, unknown> = {}): Answer =>
  wantsJson(request.headers.accept) ? { json: { ...more, redirect: to } } : { redirect: to }

/** What a form shows again, and what was wrong with it. */
export type Draft = { values: Readonly<Record<string, string>>; errors: readonly FieldError[] }
export const noDraft: Draft = { values: {}, errors: [] }

type Shared = { lang: Lang; draft: Draft }

/** Controls of one form, with what was typed and what was wrong with it. */
export function controls({ lang, draft }: Shared) {
  const about = (name: string) => ({
    lang,
    name,
    error: draft.errors.find((e) => e.name === name)?.message,
    value: draft.values[name] ?? '',
  })
  return {
    input: (name: string, words: { ja: string; en: string }, more: Partial<TextInputProps> = {}): ReactNode => (
      <TextInput {...about(name)} label={t(lang, words)} {...more} />
    ),
    select: (name: string, words: { ja: string; en: string }, options: readonly { value: string; label: string }[]): ReactNode => (
      <Select {...about(name)} label={t(lang, words)} options={options} required />
    ),
  }
}
