import type { Actor } from '#kernel/context'
import type { Lang } from '#kernel/language'
import { type Refusal, refusalSentence } from '#kernel/refusal'
import { problemPage } from './problem-page.tsx'

/** The page of a refusal: what happened, what to do, the way back. */
export function refusalPage(about: { refusal: Refusal; lang: Lang; actor: Actor; url: string }): string {
  return problemPage({ ...about, sentence: refusalSentence(about.refusal, about.lang), code: about.refusal.code })
}
