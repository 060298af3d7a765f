import type { Actor } from '#kernel/context'
import type { Lang } from '#kernel/language'
import { type Refusal, refusalSentence } from '#kernel/refusal'
import { problemPage } from './problem-page.tsx'

type About = { refusal: Refusal; lang: Lang; actor: Actor; url: string }

/** The page of a refusal: what happened, what to do, the way back. `demo` says at its foot that nobody here is real. */
export const refusalPage =
  (demo: boolean) =>
  (about: About): string =>
    problemPage({ ...about, demo, sentence: refusalSentence(about.refusal, about.lang) })
