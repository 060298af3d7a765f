import type { Lang } from './messages.ts'

/** Every component in every state. */
export function galleryPage(_lang: Lang): string {
  return ''
}
